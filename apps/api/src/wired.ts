/** A value as JSON has it: times become strings. */
export type Wired<T> = T extends Date
  ? string
  : T extends readonly (infer Item)[]
    ? Wired<Item>[]
    : T extends object
      ? { [Key in keyof T]: Wired<T[Key]> }
      : T;

/** The same value under the type that `route()` will write it with; nothing is copied. */
export function wired<T>(answer: T): Wired<T> {
  return answer as Wired<T>;
}
