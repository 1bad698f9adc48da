/** Captions made by the machine from pixels alone, for works whose own captions say little. */
import type { Classifier } from '../measure/classifier.ts';
import { PICTURE, SIDE } from '../measure/network.ts';
import { type ColourWord, coloursIn } from '../model/colours.ts';
import { wordsOf } from '../model/words.ts';
import { type LayoutWord, layoutOf } from './layout.ts';

export type SuggestedCaption = {
  /** Colours first, then layout, then what kind of thing it is, where the classifier is sure. */
  readonly words: readonly string[];
  readonly colours: readonly ColourWord[];
  readonly layout: readonly LayoutWord[];
  /** The likeliest category with its chance, and whether the classifier is sure of it. */
  readonly category: { readonly name: string; readonly chance: number; readonly sure: boolean };
};

/**
 * Suggests a caption for each picture. Throws where the numbers are no whole count of pictures.
 *
 * @param pixels n × 64 × 64 × 3 numbers in −1 … 1, on white
 */
export async function suggestCaptions(
  classifier: Classifier,
  pixels: Float32Array,
): Promise<SuggestedCaption[]> {
  const { count, width, numbers } = await classifier.classify(pixels);
  return Array.from({ length: count }, (_, i) => {
    const picture = pixels.subarray(i * PICTURE, (i + 1) * PICTURE);
    const chances = numbers.subarray(i * width, (i + 1) * width);
    const chance = Math.max(...chances);
    const name = classifier.categories[chances.indexOf(chance)] as string;
    const sure = chance >= classifier.record.sure;
    const [colours, layout] = [coloursIn(picture), layoutOf(picture, SIDE)];
    const kind = sure ? wordsOf(name.replaceAll('_', ' ')) : [];
    return {
      words: [...new Set<string>([...colours, ...layout, ...kind])],
      colours,
      layout,
      category: { name, chance, sure },
    };
  });
}

/** The caption of one picture; see {@link suggestCaptions}. */
export async function suggestCaption(
  classifier: Classifier,
  pixels: Float32Array,
): Promise<SuggestedCaption> {
  const [caption] = await suggestCaptions(classifier, pixels.subarray(0, PICTURE));
  return caption as SuggestedCaption;
}

/** Fewest words a caption says something with. */
const ENOUGH = 2;

/**
 * A work's own words; where they are too few to teach by, the machine's come after them and the caption is
 * marked as machine-made.
 */
export function recaptioned(
  own: readonly string[],
  suggested: SuggestedCaption,
): { words: readonly string[]; machineMade: boolean } {
  if (own.length >= ENOUGH) return { words: own, machineMade: false };
  return { words: [...new Set([...own, ...suggested.words])], machineMade: true };
}
