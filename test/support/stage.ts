import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { startApi } from '@uncaged/api';
import type { ManualClock } from '@uncaged/platform';
import { openTestPlatform } from '@uncaged/platform/testing';
import { type Visitor, visitor } from './visitor.ts';

const root = path.resolve(import.meta.dirname, '..', '..');

/** A real collective to tell a story on: the api over HTTP, the database in force, a real worker, its own time. */
export interface Stage {
  url: string;
  clock: ManualClock;
  visitor(): Visitor;
  /** Lets time pass, then does what has become due. */
  pass(milliseconds: number): Promise<void>;
  /** Waits until something holds; throws after three minutes. */
  until(holds: () => Promise<boolean>): Promise<void>;
  /** Waits until every entry written so far stands in the tree. */
  sealed(): Promise<void>;
  /** Every named invariant check; throws naming the first violation. */
  check(): Promise<void>;
  close(): Promise<void>;
}
