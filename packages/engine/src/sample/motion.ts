/** How a clip moves: words of motion become a camera for each frame. */
import { PLAIN_VIEW, type View } from '../model/camera.ts';

/** Words that move the camera. */
export const CAMERA_WORDS = ['still', 'sway', 'turn', 'zoom', 'pan', 'lift'] as const;
export type CameraWord = (typeof CAMERA_WORDS)[number];

/**
 * Words of motion: the camera's, then `move` for parts that move by themselves and `shimmer` for colours that
 * change. They are taken out of the prompt; their weight is the size of the motion.
 */
export const MOTION_WORDS = [...CAMERA_WORDS, 'move', 'shimmer'] as const;
export type MotionWord = (typeof MOTION_WORDS)[number];

export type Motion = Readonly<Partial<Record<MotionWord, number>>>;

/** What a clip does when nothing is said. */
export const DEFAULT_MOTION: Motion = { sway: 0.5, move: 1 };

/**
 * One view a frame. Every motion is one full swing out and back, so a clip can be played round; `turn` and
 * `zoom` swing about the middle, `sway` turns and slides together. Weights scale it and may be negative.
 */
export function views(motion: Motion, frames: number): View[] {
  return Array.from({ length: frames }, (_, frame) => {
    const phase = (2 * Math.PI * frame) / frames;
    const swing = Math.sin(phase);
    const view = { ...PLAIN_VIEW };
    for (const [word, weight = 0] of Object.entries(motion) as [MotionWord, number][]) {
      if (word === 'sway')
        Object.assign(view, {
          turn: view.turn + 0.25 * weight * swing,
          pan: view.pan + 0.05 * weight * swing,
        });
      if (word === 'turn') Object.assign(view, { turn: view.turn + 0.5 * weight * swing });
      if (word === 'zoom') Object.assign(view, { zoom: view.zoom - 0.3 * weight * Math.cos(phase) });
      if (word === 'pan') Object.assign(view, { pan: view.pan + 0.15 * weight * swing });
      if (word === 'lift') Object.assign(view, { lift: view.lift + 0.15 * weight * swing });
    }
    return view;
  });
}

/** Weights of {@link MOTION_ROWS}. */
export const ownMotion = ({ move = 0, shimmer = 0 }: Motion): [parts: number, colour: number] => [
  move,
  shimmer,
];

export const isMotionWord = (word: string): word is MotionWord =>
  (MOTION_WORDS as readonly string[]).includes(word);
