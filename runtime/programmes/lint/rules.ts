import type { Programme } from '../../../core/domain/programme.ts';
import type { Check, Finding } from './finding.ts';
import { truthOf } from './satisfiable.ts';

interface Placed {
  path: string;
  text: string;
}

const placed = (path: string, text: string | undefined): Placed[] =>
  text === undefined ? [] : [{ path, text }];

const programmeRule = ({ guardrails }: Programme): Placed[] =>
  placed('guardrails.eligible', guardrails.eligible);

const channelRule = ({ guardrails }: Programme, channel: string): Placed[] =>
  placed(`guardrails.eligibleByChannel.${channel}`, guardrails.eligibleByChannel?.[channel]);

function constant({ path, text }: Placed): Finding[] {
  const truth = truthOf([text]);
  if (truth === 'never') {
    const message = 'This rule is true for nobody.';
    return [
      {
        code: 'rule-never',
        path,
        message,
        fix: 'Look for a value that cannot be both, or a range that is empty.',
      },
    ];
  }
  if (truth !== 'always') return [];
  const message = 'This rule is true for everybody.';
  return [
    { code: 'rule-always', path, message, fix: 'Leave it out, or compare with what sets people apart.' },
  ];
}

/** What stands above a variant's own rule, and above a channel's. */
function against(own: Placed, above: readonly Placed[]): Finding[] {
  const { path } = own;
  const same = above.find(({ text }) => text === own.text);
  if (same) {
    const message = `This is the rule at ${same.path} once more.`;
    return [{ code: 'rule-repeats', path, message, fix: 'Leave one of them out.' }];
  }
  const rules = [...above.map(({ text }) => text), own.text];
  if (above.length === 0 || truthOf(rules) !== 'never') return [];
  const message = `Nobody fulfils this rule together with ${above.map((one) => one.path).join(' and ')}.`;
  return [
    {
      code: 'rules-contradict',
      path,
      message,
      fix: 'Change one of them: nothing it applies to can be sent.',
    },
  ];
}

const channelRules = (programme: Programme): Placed[] =>
  Object.keys(programme.guardrails.eligibleByChannel ?? {}).flatMap((name) => channelRule(programme, name));

const variantRules = ({ variants }: Programme): Placed[] =>
  variants.flatMap(({ eligible }, i) => placed(`variants.${i}.eligible`, eligible));

/** Every eligibility rule of a programme. */
export const placedRules = (programme: Programme): Placed[] => [
  ...programmeRule(programme),
  ...channelRules(programme),
  ...variantRules(programme),
];

/** Eligibility rules that hold for nobody or for everybody, alone or together. */
export const rules: Check = (programme) => {
  const { variants } = programme;
  const top = programmeRule(programme);
  const channels = channelRules(programme);
  const own = variants.flatMap(({ eligible, channel }, i) =>
    placed(`variants.${i}.eligible`, eligible).map((rule) => ({ rule, channel })),
  );
  const findings = placedRules(programme).flatMap(constant);
  const broken = new Set(findings.filter(({ code }) => code === 'rule-never').map(({ path }) => path));
  const sound = (some: readonly Placed[]): Placed[] => some.filter(({ path }) => !broken.has(path));
  const together = [
    ...sound(channels).flatMap((rule) => against(rule, sound(top))),
    ...own.flatMap(({ rule, channel }) =>
      sound([rule]).flatMap((one) => against(one, sound([...top, ...channelRule(programme, channel)]))),
    ),
  ];
  return [...findings, ...together];
};
