import {
  countedIn,
  countedInWords,
  royaltyIn,
  royaltyInWords,
  statementIn,
  statementInWords,
  verdictInWords,
  verifyArchive,
} from '@uncaged/verify';
import { type ArchiveFile, openArchiveFile } from './archive-file.ts';

/** An archive that holds, for reading figures out of it; null, and exit code 1, where it cannot be read or does not. */
async function confirmed(file: string): Promise<ArchiveFile | null> {
  const source = await openArchiveFile(file);
  if (!source) {
    console.error(`uncaged: ${file} cannot be read. \`uncaged export FILE\` writes one.`);
    process.exitCode = 1;
    return null;
  }
  const verdict = await verifyArchive(source);
  if (verdict.ok) return source;
  console.error(verdictInWords(verdict));
  process.exitCode = 1;
  await source[Symbol.asyncDispose]();
  return null;
}

/** `uncaged statement MEMBER --from FILE`: a member's account recomputed from an export alone, line by line. */
export async function statement(memberId: string, { from }: { from: string }): Promise<void> {
  await using source = await confirmed(from);
  if (source) console.log(statementInWords(await statementIn(source, memberId)));
}

/** `uncaged royalty GENERATION --from FILE`: what one clip paid to the works behind its model, explained. */
export async function royalty(
  generationId: string,
  { from, works, member }: { from: string; works: number; member?: string | undefined },
): Promise<void> {
  await using source = await confirmed(from);
  if (!source) return;
  const held = member === undefined ? BigInt(works) : { memberId: member };
  const paid = await royaltyIn(source, generationId, held);
  const counted = await countedIn(source, generationId, held);
  const told = [paid && royaltyInWords(paid), counted && countedInWords(counted)].filter(Boolean);
  if (told.length > 0) return console.log(told.join('\n\n'));
  console.error(
    `uncaged: ${from} holds no royalty of ${generationId}. It paid none, or is another collective’s.`,
  );
  process.exitCode = 1;
}
