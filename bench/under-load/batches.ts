import { nothingWritten } from '../../core/contracts/nothing-written.ts';
import { randomFillSync } from 'node:crypto';
import type { NewDecision, WorkQuery, WorkWrites } from '../../core/contracts/records.ts';
import { decide } from '../../core/decide/decide.ts';
import { sendKey } from '../../core/decide/send-key.ts';
import type { Programme } from '../../core/domain/programme.ts';
import { newPerson } from '../../core/domain/person.ts';
import { emptyState } from '../../core/learn/model.ts';
import { policyOf } from '../../core/policies/policy-of.ts';
import { personIds } from '../../runtime/person-ids.ts';
import { SAMPLE } from '../../runtime/programmes/sample.ts';
import { programmeSchema, toProgramme } from '../../runtime/programmes/schema.ts';

const NOW = Date.UTC(2026, 10, 22, 9);

/** What one batch asks of a store, and what it writes there. */
export interface Batch {
  query: WorkQuery;
  writes: WorkWrites;
}

/** The sample programme with every variant approved. */
function approved(): Programme {
  const programme = toProgramme(programmeSchema.parse(SAMPLE));
  const variants = programme.variants.map((variant) => {
    const approval = { status: 'approved' as const, contentHash: variant.contentHash, at: NOW, by: 'bench' };
    return { ...variant, approval };
  });
  return { ...programme, variants };
}

/**
 * Makes batches of `size` people nobody knew; the first `decided` of each batch are decided for by the core, as a server would.
 * Their own ids begin with `name`. Ids of persons are as random as in a server; nothing else differs between two runs.
 */
export function batchesOf(size: number, decided = size, name = 'customer'): () => Batch {
  const programme = approved();
  const live = {
    programme,
    policy: policyOf(programme, { programme: programme.id, version: 0, state: emptyState() }),
    modelVersion: 0,
  };
  let [human, now] = [0, NOW];
  const mint = personIds(() => now, randomFillSync);
  return () => {
    now++;
    const persons = Array.from({ length: size }, () => newPerson(mint(), [`user:${name}-${++human}`]));
    const decisions = persons.slice(0, decided).map((person): NewDecision => {
      const request = { programme: programme.id, person: { userId: person.id }, send: 's1', context: {} };
      const key = sendKey(request, [programme], now);
      return {
        decision: decide(request, { person, contacts: [], sendKey: key, now }, live, 'bench'),
        first: true,
      };
    });
    const asks = persons.map(({ aliases }, i) => {
      return { aliases, sendKeys: i < decided ? [decisions[i]!.decision.sendKey] : [] };
    });
    const contacts = decisions.flatMap(({ decision: d }) =>
      d.action === 'send'
        ? [{ person: d.person, at: d.at, decision: d.id, programme: d.programme, channel: 'email' }]
        : [],
    );
    const aliases = persons.map((person) => ({ alias: person.aliases[0]!, person: person.id }));
    return {
      query: { persons: asks, contactsSince: 0, events: [], decisions: [] },
      writes: { ...nothingWritten(), persons, aliases, decisions, contacts },
    };
  };
}
