import type { CollectiveAnswer, MeAnswer, Problem } from '@uncaged/contract';

declare global {
  namespace App {
    interface Error {
      /** What the api said, when it was the api that refused. */
      problem?: Problem;
    }
    interface Locals {
      collective: CollectiveAnswer;
      me: MeAnswer['member'];
      /** Cookies the api set while this page was made, passed on as they came. */
      setCookies: string[];
    }
  }
}
