/** What the engine's child process and its parent say to each other (structured clone over IPC). */
import type { ShelfErrorCode } from '../adapter/shelf.ts';
import type { GenerateResult } from '../generate.ts';
import type { ProviderName } from '../sample/providers.ts';
import type { GenerateRequest, RequestErrorCode } from '../sample/request.ts';
import type { TrainEvent, TrainRequest } from '../train/request.ts';

export type ModelInfo = {
  readonly name: string;
  readonly weightsSha256: string;
  readonly vocabularySize: number;
  readonly frames: number;
  readonly width: number;
  readonly height: number;
  readonly modes: readonly ('clip' | 'walk')[];
};

export type StartErrorCode =
  | 'model_missing'
  | 'model_invalid'
  | 'provider_unavailable'
  | 'child_died'
  | 'start_timeout';

export type EngineErrorCode =
  | RequestErrorCode
  | ShelfErrorCode
  | 'cancelled'
  | 'sample_not_finite'
  | 'child_died'
  | 'engine_failed'
  | 'busy';

export type ToChild =
  | {
      readonly type: 'start';
      readonly modelDir: string;
      readonly model: string;
      readonly provider?: ProviderName;
      readonly threads?: number;
    }
  | { readonly type: 'generate'; readonly id: number; readonly request: GenerateRequest }
  | { readonly type: 'train'; readonly id: number; readonly request: TrainRequest }
  | { readonly type: 'cancel'; readonly id: number }
  /** Of a training: end with what was learnt. */
  | { readonly type: 'stop'; readonly id: number };

export type FromChild =
  | { readonly type: 'log'; readonly line: string }
  | { readonly type: 'ready'; readonly provider: ProviderName; readonly model: ModelInfo }
  | { readonly type: 'refused'; readonly code: StartErrorCode; readonly message: string }
  | {
      readonly type: 'preview';
      readonly id: number;
      readonly step: number;
      readonly steps: number;
      readonly webp: Uint8Array;
      readonly width: number;
      readonly height: number;
    }
  | { readonly type: 'result'; readonly id: number; readonly result: GenerateResult }
  | { readonly type: 'error'; readonly id: number; readonly code: EngineErrorCode; readonly message: string }
  | (TrainEvent & { readonly id: number });
