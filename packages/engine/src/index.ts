/**
 * The engine: tensors as graphs; build, differentiate, train, sample, encode. Imports no other package.
 * An application needs {@link startEngine}; everything else is for tools, tests and other trainers.
 */

export {
  type Adapter,
  type AdapterErrorCode,
  type AdapterInfo,
  type AdapterResult,
  readAdapter,
} from './adapter/read.ts';
export type { AdapterWish, ShelfErrorCode } from './adapter/shelf.ts';
export { LAYOUT_WORDS, type LayoutWord, layoutOf } from './caption/layout.ts';
export {
  recaptioned,
  type SuggestedCaption,
  suggestCaption,
  suggestCaptions,
} from './caption/suggest.ts';
export {
  bareGenerate,
  ENGINE_VERSION,
  type GenerateOutcome,
  type GenerateResult,
  type GenerationRecord,
  generate,
  planFor,
} from './generate.ts';
export { DIFFERENTIABLE, differentiate } from './graph/differentiate.ts';
export { type DType, Graph, type Shape, type Value } from './graph/graph.ts';
export { encodeModel } from './graph/onnx.ts';
export * as operators from './graph/operators.ts';
export { type Accuracy, accuracyOf } from './measure/accuracy.ts';
export type { Rows } from './measure/batched.ts';
export { Classifier, type ClassifierResult, largest } from './measure/classifier.ts';
export { type Copies, copyRate, type Nearest } from './measure/copies.ts';
export { FEATURE_KINDS, type FeatureKind } from './measure/features.ts';
export { type Kid, type KidOptions, kid } from './measure/kid.ts';
export { type Draw, type Measured, measureQuality, type Quality, worksOf } from './measure/quality.ts';
export { splitByAuthor } from './measure/split.ts';
export { plainViews } from './measure/step.ts';
export {
  CAMERA_ROWS,
  type Camera,
  CONTROL_ROWS,
  cameraOf,
  cameraWeights,
  type View,
  viewOf,
} from './model/camera.ts';
export { Codec } from './model/codec.ts';
export { COLOUR_WORDS, type ColourWord, coloursIn } from './model/colours.ts';
export { gridOf, type ModelConfig, patchLength, sampleLength, tokensOf } from './model/config.ts';
export {
  defaultModelDir,
  type LoadedModel,
  type LoadResult,
  loadModel,
  type ModelRecord,
  STARTER,
} from './model/load.ts';
export { type UnpackResult, unpackOwnModel } from './model/own.ts';
export {
  freshParameters,
  type ParameterSpec,
  type Parameters,
  parameterCount,
  parameterSpecs,
} from './model/parameters.ts';
export { modelSpecs } from './model/specs.ts';
export { CLAUSES, clausesOf, wordsOf } from './model/words.ts';
export {
  Engine,
  type EngineEvent,
  EngineStartError,
  type StartOptions,
  startEngine,
} from './process/engine.ts';
export type { EngineErrorCode, ModelInfo, StartErrorCode } from './process/messages.ts';
export { Random } from './random.ts';
export {
  drawPictures,
  type PictureWish,
  type Preview,
  type SampleResult,
  samplePlan,
} from './sample/draw.ts';
export { isLoop, type LatentPoint, noiseAt, noiseOf, slerp, walk } from './sample/latent.ts';
export { MOTION_WORDS, type Motion, views } from './sample/motion.ts';
export {
  chooseProvider,
  PROVIDERS,
  type ProviderName,
  ProviderUnavailable,
  probe,
} from './sample/providers.ts';
export {
  type GenerateRequest,
  LIMITS,
  type Mode,
  type Plan,
  planOf,
  type RequestErrorCode,
  SIZES,
  type Size,
  type WordWeights,
} from './sample/request.ts';
export { knows, openSampler, Sampler } from './sample/sampler.ts';
export { pngOf } from './sample/sheet.ts';
export { wear } from './sample/wear.ts';
export {
  readSafetensors,
  type SafetensorsErrorCode,
  type SafetensorsResult,
  type StoredTensor,
  writeSafetensors,
} from './storage/safetensors.ts';
export { buildVocabulary, clauseRow, type Vocabulary } from './train/captions.ts';
export { stillsStep, temporalStep } from './train/definitions.ts';
export {
  TRAIN_LIMITS,
  type TrainErrorCode,
  type TrainEvent,
  type TrainItem,
  type TrainRequest,
  type TrainRequestErrorCode,
} from './train/request.ts';
export { type RunOptions, type RunOutcome, type RunProgress, trainRun } from './train/run.ts';
export { type PreparedSet, pictureAt, readSet, type SetWork, SMALL } from './train/set.ts';
export { type StepDefinition, trainingGraph } from './train/step.ts';
export { Trainer, type TrainerOptions } from './train/trainer.ts';
export { drawView, randomCamera } from './train/views.ts';
export type { Clip } from './video/av1.ts';
export { type EncodedClip, type EncodedFile, type EncodeOptions, encodeClip } from './video/encode.ts';
