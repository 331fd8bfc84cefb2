import type { KnownModels } from '../../core/contracts/stored-model.ts';

/** JSON: by programme the version and hash of the model that is known, as the stores compare them. */
export const modelMarks = (known: KnownModels): string =>
  JSON.stringify(
    Object.fromEntries([...known].map(([programme, { version, hash }]) => [programme, `${version} ${hash}`])),
  );
