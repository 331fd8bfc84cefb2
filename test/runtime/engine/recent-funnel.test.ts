import { expect, it } from 'vitest';
import type { Funnel } from '../../../core/decide/funnel.ts';
import { addFunnel, emptyFunnel } from '../../../core/decide/funnel.ts';
import { recentFunnel } from '../../../runtime/engine/recent-funnel.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { programme, variant } from '../../support/programmes.ts';

/** Asked for alone and in lists, with a cap that lets the first message to anybody through. */
const OFFER = programme({
  id: 'offer',
  variants: [variant('a'), variant('b', { approval: undefined })],
  silence: true,
  arbitration: { priority: 2 },
  guardrails: { caps: [{ per: 'person-programme', count: 1, hours: 24 }] },
});
const NEWS = programme({ id: 'news', variants: [variant('x'), variant('y'), variant('z')] });
const OTHER = programme({ id: 'other' });

it('the funnels of two programmes that compete add up to what became of all their options', async () => {
  const told: Funnel = emptyFunnel();
  const rig = await engineRig({
    programmes: [NEWS, OFFER, OTHER],
    funnel: (funnel) => addFunnel(told, funnel),
  });
  const sends = { news: 0, offer: 0, none: 0 };
  for (let i = 0; i < 60; i++) {
    const list = i % 6 === 0 ? 'offer' : ['news', 'offer'];
    const answer = await rig.decide({ userId: `u${i % 20}` }, { programme: list, send: `s${i}` });
    sends[answer.action === 'send' ? (answer.programme as 'news' | 'offer') : 'none']++;
  }
  await rig.decide({ userId: 'u' }, { programme: 'other' });
  const of = (id: string, ...others: string[]) => recentFunnel(rig.store, id, () => 0, others);
  const [offer, news] = [await of('offer', 'news', 'other'), await of('news', 'offer', 'other')];
  // 50 lists of 3 + 3 options, 10 times the 3 of the offer alone
  expect([offer.candidates, news.candidates]).toEqual([60 * 3, 50 * 3]);
  expect(offer.dropped.approval).toBe(60);
  // news loses where the offer sends, and the offer where it may not; what it drew against is no loss
  expect(news.lostSends).toBe(50 - sends.news);
  expect(news.lostInArbitration).toBe(3 * news.lostSends);
  expect(offer.lostInArbitration).toBe(offer.lostSends);
  expect(news.decisions + news.lostSends).toBe(50);
  expect(offer.decisions + offer.lostSends).toBe(60);
  expect(news.lostSends).toBeGreaterThan(5);
  expect(offer.lostSends).toBeGreaterThan(5);
  for (const { candidates, dropped, chosen, notChosen, lostInArbitration } of [offer, news]) {
    const counts = [...Object.values(dropped), ...Object.values(notChosen), chosen, lostInArbitration];
    expect(counts.reduce((a, b) => a + b, 0)).toBe(candidates);
  }
  const both = emptyFunnel();
  for (const own of [offer, news, await of('other')]) addFunnel(both, own);
  expect(both).toEqual(told);
});
