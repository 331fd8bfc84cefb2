import { expect, it } from 'vitest';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';

it('looks for channels that platforms call otherwise', () => {
  const variants = ['email', 'E-Mail', 'in-app', 'SMS'].map((channel, i) => variant(`v${i}`, { channel }));
  const found = lint(programme({ variants }), { now: NOON }).map(({ code, path }) => [code, path]);
  expect(found).toEqual([
    ['channel-spelling', 'variants.1.channel'],
    ['channel-spelling', 'variants.3.channel'],
  ]);
});
