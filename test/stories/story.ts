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
  tell(stage: Stage): Promise<Told>;
}
