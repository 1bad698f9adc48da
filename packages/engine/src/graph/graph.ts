/**
 * A tensor program with static shapes. Operators append nodes; `differentiate` appends their gradients;
 * `encodeModel` writes the whole as one ONNX model.
 */
export type DType = 'float32' | 'float64' | 'int64' | 'bool';
export type Shape = readonly number[];

/** A tensor in the program: a graph input, an initializer, or an output of one node. */
export type Value = { readonly name: string; readonly shape: Shape; readonly dtype: DType };

export type Attribute =
  | { kind: 'int'; value: number }
  | { kind: 'ints'; value: readonly number[] }
  | { kind: 'float'; value: number }
  | { kind: 'string'; value: string };

export type Node = {
  readonly op: string;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Readonly<Record<string, Attribute>>;
  /** Set for an operator that is the runtime's own and not the standard's. */
  readonly domain?: 'com.microsoft';
};

export type Initializer = { readonly value: Value; readonly bytes: Uint8Array };

export class Graph {
  readonly dtype: 'float32' | 'float64';
  readonly inputs: Value[] = [];
  readonly outputs: { value: Value; name: string }[] = [];
  readonly nodes: Node[] = [];
  readonly initializers: Initializer[] = [];
  readonly #constants = new Map<string, Value>();
  #next = 0;

  /** @param dtype of all real-valued tensors; float64 exists so that gradients can be checked closely. */
  constructor(dtype: 'float32' | 'float64' = 'float32') {
    this.dtype = dtype;
  }

  #fresh(stem: string): string {
    this.#next += 1;
    return `${stem}_${this.#next}`;
  }

  input(name: string, shape: Shape, dtype: DType = this.dtype): Value {
    const value = { name, shape: [...shape], dtype };
    this.inputs.push(value);
    return value;
  }

  /** Names a value as a result of the program. */
  output(name: string, value: Value): void {
    this.outputs.push({ value, name });
  }

  /** A constant tensor of the graph's real type, stored in the model. */
  initializer(stem: string, shape: Shape, numbers: ArrayLike<number>): Value {
    const count = elements(shape);
    if (numbers.length !== count) throw new Error(`${stem}: ${numbers.length} numbers for shape [${shape}]`);
    const array = this.dtype === 'float32' ? Float32Array.from(numbers) : Float64Array.from(numbers);
    return this.#store(stem, shape, this.dtype, new Uint8Array(array.buffer));
  }

  /** A scalar of the graph's real type; equal scalars share one initializer. */
  scalar(number: number): Value {
    return this.#shared(`scalar ${number}`, () => this.initializer('scalar', [], [number]));
  }

  /** A one-dimensional int64 constant (shapes, axes, split sizes). */
  integers(numbers: readonly number[]): Value {
    return this.#shared(`int64 ${numbers}`, () => {
      const array = BigInt64Array.from(numbers, BigInt);
      return this.#store('ints', [numbers.length], 'int64', new Uint8Array(array.buffer));
    });
  }

  /** The n × n matrix with one number along its diagonal and zeros elsewhere; equal ones share one initializer. */
  diagonal(n: number, number: number): Value {
    return this.#shared(`diagonal ${n} ${number}`, () => {
      const numbers = new Float64Array(n * n);
      for (let i = 0; i < n; i++) numbers[i * (n + 1)] = number;
      return this.initializer('diagonal', [n, n], numbers);
    });
  }

  #shared(key: string, make: () => Value): Value {
    const value = this.#constants.get(key) ?? make();
    this.#constants.set(key, value);
    return value;
  }

  #store(stem: string, shape: Shape, dtype: DType, bytes: Uint8Array): Value {
    const value = { name: this.#fresh(stem), shape: [...shape], dtype };
    this.initializers.push({ value, bytes });
    return value;
  }

  /** Appends a node; returns one value for each output shape. */
  node(
    op: string,
    inputs: readonly Value[],
    outputs: readonly { shape: Shape; dtype?: DType }[],
    attributes: Node['attributes'] = {},
  ): Value[] {
    const values = outputs.map(({ shape, dtype }) => ({
      name: this.#fresh(op),
      shape: [...shape],
      dtype: dtype ?? this.dtype,
    }));
    this.nodes.push({ op, inputs: [...inputs], outputs: values, attributes });
    return values;
  }

  /** Appends a node with one output. */
  single(op: string, inputs: readonly Value[], shape: Shape, attributes: Node['attributes'] = {}): Value {
    return this.node(op, inputs, [{ shape }], attributes)[0] as Value;
  }
}

/** Number of elements of a shape; 1 for a scalar. */
export function elements(shape: Shape): number {
  return shape.reduce((product, n) => product * n, 1);
}

/** The shape two operands broadcast to (NumPy's rule). Throws when they do not. */
export function broadcastShape(a: Shape, b: Shape): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const m = a[a.length - rank + i] ?? 1;
    const n = b[b.length - rank + i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw new Error(`shapes [${a}] and [${b}] do not broadcast`);
    return Math.max(m, n);
  });
}

export const int = (value: number): Attribute => ({ kind: 'int', value });
export const ints = (value: readonly number[]): Attribute => ({ kind: 'ints', value });
export const float = (value: number): Attribute => ({ kind: 'float', value });
