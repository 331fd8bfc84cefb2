import { describe, expect, it } from 'vitest';
import { lint } from '../../../runtime/programmes/lint/lint.ts';
import { SAMPLE } from '../../../runtime/programmes/sample.ts';
import { programmeSchema } from '../../../runtime/programmes/schema.ts';
import { NOON, programme } from '../../support/programmes.ts';
import { LETTER, pieces, slotted } from '../../support/slots.ts';

const slots = { subject: pieces('subject', 2), hero: pieces('hero', 3) };

/** Paths and messages of what is wrong with a variant that has some fields. */
function wrongWith(fields: object): [string, string][] {
  const letter = { id: 'letter', channel: 'email', content: { body: 'x' }, ...fields };
  const { error } = programmeSchema.safeParse({ ...SAMPLE, policy: { kind: 'top-two' }, variants: [letter] });
  return (error?.issues ?? []).map(({ path, message }) => [path.join('.'), message]);
}

describe('slots', () => {
  it.each([
    { slots },
    { ...LETTER },
    { slots, pick: { hero: 2 }, pairs: [['subject', 'hero']] },
    { slots, pick: { hero: 3 }, forbidden: [] },
  ])('may be %#', (fields) => {
    expect(wrongWith(fields)).toEqual([]);
  });

  const twice = [...pieces('hero', 1), ...pieces('hero', 1)];
  const body = [{ id: 'b', content: { body: 'y' } }];
  const all = [
    { subject: 's1', hero: 'h1' },
    { subject: 's2', hero: 'h1' },
  ];
  it.each([
    [{ pick: { hero: 2 } }, 'pick', 'slots'],
    [{ slots: {} }, 'slots', 'at least one'],
    [{ slots: { hero: twice } }, 'slots.hero.1.id', 'no other piece'],
    [{ slots: { ...slots, text: body } }, 'slots.text.0.content.body', 'the content of the variant'],
    [{ slots: { ...slots, other: pieces('hero', 1) } }, 'slots.other.0.content.hero', 'slot hero'],
    [{ slots, pick: { hero: 4 } }, 'pick.hero', '3'],
    [{ slots, pick: { hero: 1 } }, 'pick.hero', '2'],
    [{ slots, pick: { footer: 2 } }, 'pick.footer', 'subject, hero'],
    [{ slots, pairs: [['subject', 'footer']] }, 'pairs.0.1', 'subject, hero'],
    [{ slots, pairs: [['hero', 'hero']] }, 'pairs.0', 'different'],
    [
      {
        slots,
        pairs: [
          ['hero', 'subject'],
          ['subject', 'hero'],
        ],
      },
      'pairs.1',
      'once',
    ],
    [{ slots, forbidden: [{ subject: 's1' }] }, 'forbidden.0', 'two slots'],
    [{ slots, forbidden: [{ subject: 's1', hero: 'h9' }] }, 'forbidden.0.hero', 'a piece of hero'],
    [{ slots: { ...slots, hero: pieces('hero', 1) }, forbidden: all }, 'forbidden', 'at least one'],
    [{ slots: { a: pieces('a', 50), b: pieces('b', 50) } }, 'slots', '101 columns'],
    [{ slots: { a: pieces('a', 12), b: pieces('b', 12) }, pairs: [['a', 'b']] }, 'slots', '169 columns'],
  ])('may not be %j', (fields, field, part) => {
    const path = field === '' ? 'variants.0' : `variants.0.${field}`;
    expect(wrongWith(fields)).toEqual([[path, expect.stringContaining(part)]]);
  });

  it('that leave nothing to choose, and pieces in no message, are pointed out', () => {
    const one = { ...slots, cta: pieces('cta', 1) };
    const forbidden = [{ hero: 'h2', cta: 'c1' }];
    const findings = lint(programme({ variants: [slotted('letter', { slots: one, forbidden })] }), {
      now: NOON,
    });
    expect(findings.map(({ code, path }) => [code, path])).toEqual([
      ['slot-without-choice', 'variants.0.slots.cta'],
      ['piece-unreachable', 'variants.0.slots.hero.1'],
    ]);
  });
});
