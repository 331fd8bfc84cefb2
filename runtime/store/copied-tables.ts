/** How a value crosses from one store to another: text, a double (times in ms, counts, worths), a truth value. */
export type Kind = 'text' | 'number' | 'boolean';

export interface CopiedTable {
  name: string;
  columns: readonly (readonly [name: string, kind: Kind])[];
}

/** One value of a row; truth values are 0 and 1 where the store that is read has no others. */
export type Cell = string | number | null;

const table = (name: string, ...columns: readonly string[]): CopiedTable => ({
  name,
  columns: columns.map((column) => {
    const [own, kind = 'text'] = column.split(':');
    return [own!, kind as Kind] as const;
  }),
});

/**
 * What is carried from one store to another, in this order; a row is a list of cells in the order of the columns. `members`
 * is a JSON list. What a store keeps twice, or only for itself (owner, leases, claims), is not among it.
 */
export const COPIED: readonly CopiedTable[] = [
  table('persons', 'id', 'p:number', 'root', 'members', 'profile'),
  table('aliases', 'alias', 'person'),
  table(
    'decisions',
    ...[
      'person',
      'send_key',
      'id',
      'at:number',
      'programme',
      'option',
      'arm',
      'learn:boolean',
      'send',
      'record',
    ],
  ),
  table('contacts', 'person', 'at:number', 'decision', 'programme', 'channel', 'detail'),
  table('seen', 'source', 'id'),
  table('closed', 'id', 'erased:boolean', 'channels', 'number:number'),
  table('signals', 'person', 'name', 'at:number', 'body'),
  table('credits', 'person', 'decision', 'signal', 'programme', 'worth:number', 'delay:number'),
  table('rewards', 'person', 'programme', 'arm', 'reward:number'),
  table(
    'ledger',
    ...['seq:number', 'kind', 'at:number', 'programme', 'person', 'ref', 'body', 'digest', 'chain'],
    ...['option', 'arm', 'learn:boolean', 'first:boolean'],
  ),
  table(
    'outbox',
    ...['number:number', 'destination', 'id', 'person', 'body', 'state', 'attempts:number'],
    ...['created_at:number', 'next_at:number', 'fault'],
  ),
  table('resources', 'key', 'taken:number', 'as_of:number'),
  table('reservations', 'resource', 'id', 'amount:number', 'ends_at:number', 'code'),
  table('codes', 'number:number', 'pool', 'code', 'ends_at:number'),
  table('model_versions', 'programme', 'version:number', 'position:number', 'hash'),
  table('models', 'programme', 'version:number', 'position:number', 'hash', 'state'),
  table('programmes', 'id', 'version:number', 'at:number', 'body'),
  table('keys', 'id', 'body'),
  table('meta', 'name', 'value'),
];

/** Where the ledger ends, and how far it was folded. */
export interface Ends {
  seq: number;
  chain: string;
  position: number;
}
