/** What the contracts need of a schema; integrations pass a zod schema. `parse` throws when the input does not fit. */
export interface Schema<T> {
  parse(input: unknown): T;
}

/** Head of every integration: what the manifest and the documentation show of it. */
export interface IntegrationHead<Settings> {
  /** Name of its folder. */
  id: string;
  /** As people call it, for example `Braze Connected Content`. */
  title: string;
  /** One sentence for the table of integrations. */
  summary: string;
  docs: string;
  settings: Schema<Settings>;
  /** Names of the settings that are secrets: never logged, never shown. */
  secrets: readonly string[];
}
