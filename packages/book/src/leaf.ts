import { Frames } from './frames.ts';
import type { Posting } from './postings.ts';
import { sha256 } from './sha256.ts';

export type Visibility = 'public' | 'private';

/** What stands in a leaf: all of it public for ever, none of it erasable. */
export interface Leaf {
  readonly id: string;
  readonly kind: string;
  readonly time: Date;
  readonly actor: string | null;
  readonly subject: string;
  readonly visibility: Visibility;
  /** 32 bytes, see `commitmentOf`. */
  readonly commitment: Uint8Array;
  readonly postings: readonly Posting[];
}

export const LEAF_TAG = 'uncaged/entry/v1';
export const COMMITMENT_TAG = 'uncaged/payload/v1';
/** Bytes of the salt. */
export const SALT_BYTES = 32;

const ID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const KIND = /^[a-z][a-z-]{0,62}\.[a-z][a-z-]{0,62}$/;
const SUBJECT = /^[a-z][a-z-]{0,62}:[A-Za-z0-9._~-]{1,128}$/;
const ACTOR = /^[A-Za-z0-9._~-]{1,128}$/;

/** The first thing wrong with a leaf's words: `bad_id`, `bad_kind`, `bad_actor`, `bad_subject`, `bad_time`, or null. */
export function checkWords(leaf: Pick<Leaf, 'id' | 'kind' | 'actor' | 'subject' | 'time'>): LeafCode | null {
  if (!ID.test(leaf.id)) return 'bad_id';
  if (!KIND.test(leaf.kind)) return 'bad_kind';
  if (leaf.actor !== null && !ACTOR.test(leaf.actor)) return 'bad_actor';
  if (!SUBJECT.test(leaf.subject)) return 'bad_subject';
  const year = leaf.time.getUTCFullYear();
  return year >= 1970 && year <= 9999 ? null : 'bad_time';
}

export type LeafCode = 'bad_id' | 'bad_kind' | 'bad_actor' | 'bad_subject' | 'bad_time';

/**
 * SHA-256(frame(tag) ‖ frame(salt) ‖ frame(canonical payload)), where frame(x) is the 4-byte big-endian length of x
 * and x. With 32 random bytes of salt, erasing payload and salt leaves nothing to guess from.
 */
export function commitmentOf(salt: Uint8Array, canonicalPayload: string): Uint8Array {
  return sha256(frames.start().text(COMMITMENT_TAG).bytes(salt).text(canonicalPayload).written());
}

/**
 * uint32 count, then for each posting frame(account) ‖ frame(currency) ‖ frame(amount as decimal digits). They stand
 * until the next postings.
 */
export function postingBytes(postings: readonly Posting[]): Uint8Array {
  postingFrames.start().uint32(postings.length);
  for (const { account, currency, amount } of postings)
    postingFrames.text(account).text(currency).text(amount.toString());
  return postingFrames.written();
}

/**
 * The bytes whose RFC 6962 leaf hash stands in the tree: the frames of tag, id, kind, time (ISO 8601, UTC,
 * milliseconds), actor (empty for none), subject, visibility, commitment, postings.
 */
export function leafBytes(leaf: Leaf): Uint8Array {
  return written(leaf).slice(1);
}

/** SHA-256(0x00 ‖ leaf bytes), RFC 6962 section 2.1. `time` is the leaf's, where it is spelled already. */
export function entryHash(leaf: Leaf, time?: string): Uint8Array {
  return sha256(written(leaf, time));
}

const frames = new Frames();
const postingFrames = new Frames();

/** 0x00 and the leaf's bytes; they stand until the next leaf. */
function written(leaf: Leaf, time = leaf.time.toISOString()): Uint8Array {
  return frames
    .start(0)
    .text(LEAF_TAG)
    .text(leaf.id)
    .text(leaf.kind)
    .text(time)
    .text(leaf.actor ?? '')
    .text(leaf.subject)
    .text(leaf.visibility)
    .bytes(leaf.commitment)
    .bytes(postingBytes(leaf.postings))
    .written();
}
