import postgres from 'postgres';
import { Nesting } from './nesting.ts';
import { handleOver, leaseOn, type Runner } from './session.ts';
import { type Database, DatabaseError, type Tx } from './types.ts';
import { byteaBytes, byteaText, encodeParams } from './values.ts';

const jsonTypes = new Set([114, 3802]);
const asText = (value: string) => value;

/** postgres.js with the values `Tx` promises. `max` is the number of connections. */
export function connect(url: string, max = 10) {
  return postgres(url, {
    max,
    onnotice: () => {},
    connection: { search_path: 'public', TimeZone: 'UTC', synchronous_commit: 'on' } as Record<
      string,
      string
    >,
    types: {
      int8: { to: 20, from: [20], serialize: String, parse: (value: string) => BigInt(value) },
      bytea: {
        to: 17,
        from: [17],
        serialize: byteaText,
        parse: byteaBytes,
      },
      json: {
        to: 114,
        from: [114, 3802],
        serialize: (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value)),
        parse: asText,
      },
      day: { to: 1082, from: [1082, 1114], serialize: asText, parse: asText },
    },
  });
}

type Client = ReturnType<typeof connect>;
type Sender = Pick<Client, 'unsafe'>;

/** PostgreSQL through a pool of connections. */
export class PostgresDatabase implements Database {
  readonly dialect = 'postgres';
  readonly nesting = new Nesting();
  readonly client: Client;
  readonly read: Tx;

  constructor(client: Client) {
    this.client = client;
    const runner = runnerOver(client);
    this.read = handleOver({
      objects: (query, params) => {
        this.nesting.refuse('db.read');
        return runner.objects(query, params);
      },
      arrays: (query, params) => {
        this.nesting.refuse('db.read');
        return runner.arrays(query, params);
      },
    });
  }

  async transaction<T>(fn: (tx: Tx) => Promise<T>): Promise<T> {
    this.nesting.refuse('db.transaction');
    const inside = async (sender: Sender): Promise<{ answer: T }> => {
      const lease = leaseOn(runnerOver(sender));
      try {
        return { answer: await fn(handleOver(lease.runner, 1)) };
      } finally {
        lease.end();
      }
    };
    const begun = this.client.begin((sender) => this.nesting.within(() => inside(sender)));
    const outcome = await begun.catch(rethrow('commit'));
    return (outcome as { answer: T }).answer;
  }

  /** synchronous_commit is on for every connection: what is committed is on the server's disk. */
  async durable(): Promise<void> {}
}

function runnerOver(sender: Sender): Runner {
  return {
    async objects(query, params) {
      const found = await sender
        .unsafe(query, encodeParams(params) as never, { prepare: true })
        .catch(rethrow(query));
      const json =
        found.columns?.filter((column) => jsonTypes.has(column.type)).map((column) => column.name) ?? [];
      return found.map((row) => parseJson(row, json));
    },
    async arrays(query, params) {
      const found = await sender
        .unsafe(query, encodeParams(params) as never, { prepare: true })
        .values()
        .catch(rethrow(query));
      return [...found] as unknown[][];
    },
  };
}

function parseJson(row: Record<string, unknown>, names: string[]): Record<string, unknown> {
  for (const name of names) {
    const text = row[name];
    if (typeof text === 'string') row[name] = JSON.parse(text);
  }
  return row;
}

function rethrow(query: string) {
  return (error: unknown): never => {
    if (!(error instanceof postgres.PostgresError)) throw error;
    const { code, constraint_name: constraint, table_name: table, detail } = error;
    throw new DatabaseError(error.message, { code, constraint, table, detail, query }, error);
  };
}
