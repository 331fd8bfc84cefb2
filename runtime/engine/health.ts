import type { Catalogue } from './catalogue.ts';
import type { Engine } from './engine.ts';
import type { Folder } from './folder.ts';
import type { News } from './news.ts';

/** How the engine is doing. */
export interface EngineHealth {
  /** Jobs that wait for a batch. */
  queued: number;
  /** How long ago the models here were known to be the newest, in ms. */
  modelAgeMs: number;
  /** Programmes whose newest model cannot be decided on. */
  refusedModels: number;
  /** Programmes whose newest model is without what came since something could not be added to it. */
  behindModels: number;
  /** Rows of the ledger that are still to be read until all models that are being made anew are. */
  toMakeAnew: number;
}

interface Parts {
  engine: Engine;
  catalogue: Catalogue;
  folder: Folder;
  news: News;
}

/** `startedAt` and `at` by the stopwatch, ms. */
export const healthOf = (
  { engine, catalogue, folder, news }: Parts,
  startedAt: number,
  at: number,
): EngineHealth => ({
  queued: engine.queued,
  modelAgeMs: at - Math.max(folder.doneAt ?? startedAt, news.heardAt ?? startedAt),
  refusedModels: catalogue.refused,
  behindModels: catalogue.behind,
  toMakeAnew: folder.toMakeAnew,
});
