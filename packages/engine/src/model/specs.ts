/** Every tensor a model's file holds. */
import { autoencoderSpecs, latentSpecs } from './autoencoder.ts';
import type { ModelConfig } from './config.ts';
import { type ParameterSpec, parameterSpecs, temporalSpecs } from './parameters.ts';
import { upscalerSpecs } from './upscaler.ts';

export function modelSpecs(config: ModelConfig): ParameterSpec[] {
  const { autoencoder, upscaler } = config;
  return [
    ...parameterSpecs(config),
    ...temporalSpecs(config),
    ...(autoencoder ? [...autoencoderSpecs(autoencoder), ...latentSpecs(autoencoder)] : []),
    ...(upscaler ? upscalerSpecs(upscaler) : []),
  ];
}
