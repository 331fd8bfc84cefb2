/** What a key may do. `admin` includes every other scope. */
export type Scope = 'decide' | 'ingest' | 'read' | 'write' | 'approve' | 'admin';

export const SCOPES: readonly Scope[] = ['decide', 'ingest', 'read', 'write', 'approve', 'admin'];
