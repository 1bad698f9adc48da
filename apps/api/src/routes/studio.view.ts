import type {
  Receipt,
  RuleReceipt,
  Enforcement as WireEnforcement,
  Generation as WireGeneration,
} from '@uncaged/contract';
import type { GovernedContext, Enforcement as RuleEnforcement } from '@uncaged/governance';
import { type Enforcement, type Generation, limitReceipt } from '@uncaged/studio';

const iso = (time: Date | null) => time?.toISOString() ?? null;

/** A clip as the wire has it. */
export function wireGeneration({ row, pseudonym, queue, preview, adapters }: Generation): WireGeneration {
  return {
    id: row.id,
    state: row.state,
    prompt: row.prompt,
    seed: row.seed.toString(),
    steps: row.steps,
    guidance: row.guidance,
    mode: row.mode,
    size: row.size,
    unknownWords: row.unknownWords ?? [],
    provider: row.provider,
    outputs: outputsOf(row),
    preview: preview && `/api/generations/${row.id}/preview?of=${preview.slice(0, 16)}`,
    progress: row.step === null || row.stepOf === null ? null : { step: row.step, of: row.stepOf },
    maker: { id: row.makerId, pseudonym },
    published: row.publishedAt !== null,
    publishedAt: iso(row.publishedAt),
    caption: row.caption,
    modelId: row.modelId ?? '',
    adapters,
    policyVersion: row.policyVersion,
    policyHash: row.policyHash,
    entryId: row.entryId,
    position: queue.position,
    estimateSeconds: queue.estimateSeconds,
    seconds: row.gpuMs === null ? null : Number(row.gpuMs) / 1000,
    attempts: row.failures + row.lapses,
    failure: row.failure,
    enforcement: row.enforcement as WireEnforcement | null,
    createdAt: row.createdAt.toISOString(),
    finishedAt: iso(row.finishedAt),
  };
}

function outputsOf(row: Generation['row']): WireGeneration['outputs'] {
  const { mp4Sha256, webpSha256, posterSha256 } = row;
  if (mp4Sha256 === null || webpSha256 === null) return null;
  const file = (sha256: string, size: bigint | null, name: string) => ({
    sha256,
    url: `/api/generations/${row.id}/${name}`,
    size: Number(size ?? 0n),
  });
  return {
    mp4: file(mp4Sha256, row.mp4Size, 'clip.mp4'),
    webp: file(webpSha256, row.webpSize, 'preview.webp'),
    poster: posterSha256 === null ? null : file(posterSha256, row.posterSize, 'poster.png'),
  };
}

/** An enforcement with the receipt of its entry: what the refused person can keep. */
export function wireEnforcement(enforcement: Enforcement, receipt: Receipt): WireEnforcement {
  return { ...enforcement, receipt } as WireEnforcement;
}

/** A clause and the vote behind it, without the count. */
export function wireRule(rule: RuleEnforcement): RuleReceipt {
  const { clause, text, policyVersion, policyHash, setInVersion, proposalId, proposalNumber, proposalTitle } =
    rule;
  return {
    ...{ clause, text, policyVersion, policyHash, setInVersion },
    ...{ proposalId, proposalNumber, proposalTitle, entryId: rule.entryId },
  };
}

/** A refusal with the clause and the vote behind the limit that was met, where a clause sets it. */
export async function limited<R extends { ok: false; code: string }>(
  ctx: GovernedContext,
  about: 'clip' | 'fine_tune',
  refused: R,
): Promise<R & { limit?: RuleReceipt }> {
  const rule = await limitReceipt(ctx, about, refused.code);
  return rule ? { ...refused, limit: wireRule(rule) } : refused;
}
