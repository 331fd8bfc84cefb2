import type { DeskStore } from '../../core/contracts/store.ts';
import type { Funnel } from '../../core/decide/funnel.ts';
import { addToFunnel, emptyFunnel } from '../../core/decide/funnel.ts';
import type { ProgrammeId } from '../../core/domain/programme.ts';
import { recorded, Versions } from './recorded.ts';

/** Decisions a report looks at, and how long it may take, in ms. */
const RECENT = 2_000;
const BUDGET_MS = 2_000;

export interface RecentFunnel extends Funnel {
  /** The newest decisions that were counted. */
  decisions: number;
  /** When the first and the last of them were made, ms since 1970. */
  from?: number | undefined;
  to?: number | undefined;
}

/** What became of the options of a programme's newest decisions. */
export async function recentFunnel(
  store: Pick<DeskStore, 'decisionsOf' | 'programmeVersion'>,
  programme: ProgrammeId,
  clock: () => number,
): Promise<RecentFunnel> {
  const funnel: RecentFunnel = { decisions: 0, ...emptyFunnel() };
  const versions = new Versions(store, programme);
  const stretch = { limit: RECENT, until: clock() + BUDGET_MS, clock };
  for await (const page of recorded(store, programme, stretch)) {
    for (const { decision } of page) {
      const version = await versions.get(decision.programmeVersion);
      if (!version) continue;
      funnel.decisions++;
      funnel.from = Math.min(funnel.from ?? Infinity, decision.at);
      funnel.to = Math.max(funnel.to ?? -Infinity, decision.at);
      addToFunnel(funnel, decision, version);
    }
  }
  return funnel;
}
