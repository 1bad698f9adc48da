import type { Context } from '@uncaged/platform';
import type { PolicyInForce } from './policy.ts';

/** What a use case is given: the outside world, the policy in force, and who acts. */
export type GovernedContext = Context<PolicyInForce>;
