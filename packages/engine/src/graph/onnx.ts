/**
 * Writes a graph as an ONNX model (IR version 8, opset 18).
 * Message and field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto3
 */
import protobuf from 'protobufjs';
import type { Attribute, DType, Graph, Node, Value } from './graph.ts';

const SCHEMA = `
syntax = "proto3";
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message TensorProto { repeated int64 dims = 1; int32 data_type = 2; string name = 8; bytes raw_data = 9; }
message AttributeProto {
  string name = 1; float f = 2; int64 i = 3; bytes s = 4; repeated float floats = 7; repeated int64 ints = 8;
  int32 type = 20;
}
message NodeProto {
  repeated string input = 1; repeated string output = 2; string name = 3; string op_type = 4;
  repeated AttributeProto attribute = 5; string domain = 7;
}
message Dimension { int64 dim_value = 1; }
message TensorShapeProto { repeated Dimension dim = 1; }
message TensorTypeProto { int32 elem_type = 1; TensorShapeProto shape = 2; }
message TypeProto { TensorTypeProto tensor_type = 1; }
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message GraphProto {
  repeated NodeProto node = 1; string name = 2; repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11; repeated ValueInfoProto output = 12;
}
message ModelProto {
  int64 ir_version = 1; string producer_name = 2; GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}`;

const ModelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('ModelProto');

const ELEMENT_TYPE: Record<DType, number> = { float32: 1, int64: 7, bool: 9, float64: 11 };

const attributeMessage = (name: string, a: Attribute) => {
  switch (a.kind) {
    case 'float':
      return { name, type: 1, f: a.value };
    case 'int':
      return { name, type: 2, i: a.value };
    case 'string':
      return { name, type: 3, s: Buffer.from(a.value) };
    case 'ints':
      return { name, type: 7, ints: a.value };
  }
};

const valueMessage = (name: string, { shape, dtype }: Value) => ({
  name,
  type: {
    tensor_type: { elem_type: ELEMENT_TYPE[dtype], shape: { dim: shape.map((n) => ({ dim_value: n })) } },
  },
});

const nodeMessage = (node: Node, index: number, nameOf: (v: Value) => string) => ({
  name: `${node.op}_${index}`,
  op_type: node.op,
  ...(node.domain ? { domain: node.domain } : {}),
  input: node.inputs.map(nameOf),
  output: node.outputs.map(nameOf),
  attribute: Object.entries(node.attributes).map(([name, a]) => attributeMessage(name, a)),
});

/**
 * The bytes of an ONNX model; nodes that no output depends on are left out. A result takes the name it was
 * given where a node makes it, else it is copied.
 */
export function encodeModel(g: Graph, name = 'graph'): Uint8Array {
  const { nodes, used } = live(g);
  const made = new Set(nodes.flatMap((node) => node.outputs));
  const names = new Map<Value, string>();
  const copies = g.outputs.flatMap(({ name: result, value }) => {
    if (made.has(value) && !names.has(value)) {
      names.set(value, result);
      return [];
    }
    return [{ result, value }];
  });
  const nameOf = (value: Value): string => names.get(value) ?? value.name;
  const results = copies.map(({ result, value }) => ({
    op_type: 'Identity',
    name: `output_${result}`,
    input: [nameOf(value)],
    output: [result],
  }));
  const message = {
    ir_version: 8,
    producer_name: 'uncaged',
    opset_import: [
      { domain: '', version: 18 },
      ...(nodes.some((node) => node.domain) ? [{ domain: 'com.microsoft', version: 1 }] : []),
    ],
    graph: {
      name,
      node: [...nodes.map((node, i) => nodeMessage(node, i, nameOf)), ...results],
      initializer: g.initializers
        .filter(({ value }) => used.has(value))
        .map(({ value, bytes }) => ({
          name: value.name,
          dims: value.shape,
          data_type: ELEMENT_TYPE[value.dtype],
          raw_data: bytes,
        })),
      input: g.inputs.map((v) => valueMessage(v.name, v)),
      output: g.outputs.map(({ name: result, value }) => valueMessage(result, value)),
    },
  };
  return ModelProto.encode(ModelProto.fromObject(message)).finish();
}

function live(g: Graph): { nodes: Node[]; used: Set<Value> } {
  const used = new Set(g.outputs.map((o) => o.value));
  const nodes: Node[] = [];
  for (const node of [...g.nodes].reverse()) {
    if (!node.outputs.some((y) => used.has(y))) continue;
    for (const x of node.inputs) used.add(x);
    nodes.unshift(node);
  }
  return { nodes, used };
}
