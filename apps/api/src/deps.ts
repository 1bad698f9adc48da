import type { Receipt } from '@uncaged/contract';
import type { GovernedContext } from '@uncaged/governance';
import type { Actor, Platform } from '@uncaged/platform';
import type { Bell, Carrier, StudioContext } from '@uncaged/studio';
import { type Context, Hono } from 'hono';
import type { Streams } from './streams.ts';

/** What the door found out about a request before a route sees it. */
export interface Visit {
  actor: Actor;
  /** The session behind the cookie, for `current` and for logging out. */
  sessionId: string | null;
  /** Set for a worker's token. */
  workerId: string | null;
  /** Short id that the log and a 500 share. */
  requestId: string;
  context: GovernedContext | null;
}

export type Env = { Variables: Visit };
export type ApiContext = Context<Env>;

/** A book entry as `record` returned it. */
export type WrittenEntry = Parameters<typeof import('@uncaged/book').receiptFor>[1];

export interface Deps {
  platform: Platform;
  /** The context of a use case: the request's actor under the policy in force. Refuses not_founded. */
  contextOf(c: ApiContext): Promise<GovernedContext>;
  /** Waits until what was committed is on disk, then signs the receipt of the entry. */
  receipt(entry: WrittenEntry): Promise<Receipt>;
  /** The same with the carrier and the bell of the studio. */
  studioOf(c: ApiContext): Promise<StudioContext>;
  studio: { carrier: Carrier; bell: Bell };
  streams: Streams;
  /** To be called once the collective is founded, after the commit: registers the shipped model. */
  founded(): Promise<void>;
  /** Aborts when the server stops. */
  stopping: AbortSignal;
  /** Where a request comes from, for rate limits. */
  addressOf(c: ApiContext): string;
  /** The address people reach the collective at, without a slash at the end. */
  publicUrl(c: ApiContext): string;
}

/** An empty app for a domain's route file. */
export function newRoutes(): Hono<Env> {
  return new Hono<Env>();
}
