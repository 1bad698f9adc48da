import type { Stage } from '../support/stage.ts';

/** A chapter that happened, and the tables it ended in. */
export interface Told {
  tables: string[];
  /** The archive of the book as it stood at the end. */
  archive: Uint8Array;
}

/** A numbered narrative that runs on a real collective. */
export interface Story {
  number: string;
  title: string;
  /** Most stories have one length; the suite tells the short one, `npm run story` the full one. */
  tell(stage: Stage, length: Length): Promise<Told>;
}

export type Length = 'full' | 'short';
