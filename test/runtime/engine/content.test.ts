import { performance } from 'node:perf_hooks';
import { describe, expect, it } from 'vitest';
import type { Decision } from '../../../core/domain/decision.ts';
import { templateError, withContent } from '../../../runtime/engine/content.ts';
import { engineRig } from '../../support/engine-rig.ts';
import { NOON, programme, variant } from '../../support/programmes.ts';
import { decision, person } from '../../support/store-writes.ts';

interface Values {
  traits?: Record<string, unknown>;
  context?: Decision['context'];
}

/** Content rendered for a person with some traits, in some context. */
function rendered(
  content: Record<string, string>,
  { traits = {}, context = {} }: Values = {},
): Decision['content'] {
  const stamped = Object.entries(traits).map(([name, value]) => [name, { value, at: NOON }] as const);
  const who = { ...person('p', 'user:u'), traits: Object.fromEntries(stamped) };
  return withContent(decision('d', { content, context }), who).content;
}

const subject = (template: string, values?: Values): string | undefined =>
  rendered({ subject: template }, values)!.subject;

describe('content', () => {
  it('is filled from traits and from the context, which is newer', () => {
    const template = "{{ first_name | default: 'there' }} {{ plan }} {{ address.city }}";
    const traits = { first_name: 'Ada', plan: 'free', address: { city: 'Köln' } };
    expect(subject(template, { traits, context: { plan: 'pro' } })).toBe('Ada pro Köln');
    expect(subject(template)).toBe('there  ');
    expect(subject('{% if vip %}VIP{% else %}you{% endif %}', { context: { vip: true } })).toBe('VIP');
  });

  it('escapes values in HTML, and leaves plain text and the markup of the template alone', () => {
    const traits = { name: `<img src=x onerror="steal('you')">` };
    const content = rendered(
      { body: '<p>{{ name }}</p>', html: '{{ name }}', subject: 'Hi {{ name }}' },
      { traits },
    );
    expect(content!.body).toBe('<p>&lt;img src=x onerror=&#34;steal(&#39;you&#39;)&#34;&gt;</p>');
    expect(content!.html).not.toContain('<');
    expect(content!.subject).toBe(`Hi ${traits.name}`);
  });

  it('S14: never renders a value as a template', () => {
    const traits = { name: '{{ secret }}{% assign x = 1 %}', secret: 'hidden' };
    expect(rendered({ subject: '{{ name }}', body: '{{ name }}' }, { traits })).toEqual({
      subject: '{{ secret }}{% assign x = 1 %}',
      body: '{{ secret }}{% assign x = 1 %}',
    });
  });

  it('sees own values only, not what every object has', () => {
    const traits = { name: 'Ada' };
    for (const probe of [
      'constructor',
      'name.constructor.name',
      '__proto__.x',
      'toString',
      'name.__proto__',
    ]) {
      expect(subject(`[{{ ${probe} }}]`, { traits })).toBe('[]');
    }
  });

  it('without tags is what was approved, to the byte', () => {
    const content = { subject: 'Ein { Test } % "ok"', body: '<p>&amp; {% no' };
    expect(rendered({ subject: content.subject })).toEqual({ subject: content.subject });
  });

  it.each(['include', 'render', 'layout'])('S15: reads no file of this machine by `%s`', (tag) => {
    for (const name of ['package.json', './package.json', '/etc/hostname', '../../../../etc/hostname']) {
      const content = rendered({ subject: `{% ${tag} '${name}' %}`, cta: 'Go' });
      expect(content).toEqual({ cta: 'Go' });
    }
    expect(subject(`{% ${tag} name %}`, { traits: { name: 'package.json' } })).toBeUndefined();
  });

  const hostile: [string, string][] = [
    ['a long loop', '{% for i in (1..1000000000) %}x{% endfor %}'],
    ['loops in loops', `${'{% for i in (1..900) %}'.repeat(4)}x${'{% endfor %}'.repeat(4)}`],
    [
      'text that doubles',
      `{% assign a = 'xxxxxxxxxx' %}${'{% assign a = a | append: a %}'.repeat(40)}{{ a }}`,
    ],
    ['a filter nobody knows', '{{ name | explode }}'],
    ['a tag that never ends', '{% if name %}x'],
    ['a template without end', `{{ name }}${'x'.repeat(200_000)}`],
    ['a tower of conditions', `${'{% if a %}'.repeat(9_000)}${'{% endif %}'.repeat(9_000)}`],
  ];

  it.each(hostile)('S12: stays out in no time when it is %s', (_, template) => {
    const start = performance.now();
    expect(rendered({ subject: template, cta: 'Go' })).toEqual({ cta: 'Go' });
    // 50 ms is the limit of one piece; the rest is for a busy machine
    expect(performance.now() - start).toBeLessThan(500);
  });

  it('of a hostile template does not harm the next one', () => {
    rendered({ subject: hostile[2]![1] });
    expect(subject('Hi {{ name }}', { traits: { name: 'Ada' } })).toBe('Hi Ada');
  });
});

describe('a template that is saved', () => {
  it('is told what is wrong with it', () => {
    expect(templateError("Hi {{ name | default: 'you' }}{% if a %}b{% endif %}")).toBeUndefined();
    expect(templateError('Plain text')).toBeUndefined();
    expect(templateError('{% if name %}x')).toContain('not closed');
    expect(templateError('{{ name | }')).toBeDefined();
  });
});

describe('content of a decision', () => {
  it('is rendered once, recorded and answered again as it was', async () => {
    const content = { subject: 'Hi {{ name }}', body: '<p>{{ name }} & {{ c }}</p>' };
    const rig = await engineRig({ programmes: [programme({ variants: [variant('a', { content })] })] });
    const person = { userId: 'u' };
    const traits = { name: 'O’Hara & <co>' };
    await rig.engine.ingest([{ type: 'identify', source: 's', id: '1', at: NOON, person, traits }]);
    const first = await rig.decide(person, { send: 's', context: { c: 3 } });
    const expected = { subject: 'Hi O’Hara & <co>', body: '<p>O’Hara &amp; &lt;co&gt; & 3</p>' };
    expect(first.content).toEqual(expected);
    await rig.engine.ingest([
      { type: 'identify', source: 's', id: '2', at: NOON + 1, person, traits: { name: 'New' } },
    ]);
    expect((await rig.decide(person, { send: 's' })).content).toEqual(expected);
    expect((await rig.store.decision(first.id))!.decision.content).toEqual(expected);
    expect((await rig.decide(person, { send: 's2', context: { c: 3 } })).content!.subject).toBe('Hi New');
  });
});
