/** Hidden from Pickwell: what a variant really does to whoever gets it. */
export interface Truth {
  /** Probability of a click, and of an order after a click. */
  click: number;
  order: number;
}

/** One variant of the demo: its content, and what only the simulation knows. */
interface Staged {
  subject: string;
  preheader: string;
  body: string;
  cta: string;
  truth: Truth;
}

/** Rates of e-mail size. Half of those who click order: 1.5, 2.0, 2.5, 3.0 and 5.0 % of those who get the message. */
export const STAGED: Readonly<Record<string, Staged>> = {
  plain: staged('Your basket is waiting', 'It is all still there', 'Go to my basket', 0.03),
  warm: staged('Good to see you again', 'We kept your size for you', 'Welcome me back', 0.04),
  urgent: staged('Only a few are left', 'Two of your things sell out today', 'Secure mine', 0.05),
  proof: staged('What 4,000 others chose', 'The favourites of people like you', 'Show favourites', 0.06),
  gift: staged('There is something in your basket', 'We put a little gift inside', 'Unwrap it', 0.1),
};

function staged(subject: string, preheader: string, cta: string, click: number): Staged {
  return { subject, preheader, body: `<p>${preheader}. ${subject}.</p>`, cta, truth: { click, order: 0.5 } };
}

export const VARIANTS: readonly string[] = Object.keys(STAGED);
export const BEST = 'gift';

/** Orders of people in the time of one send whatever they are sent: holdout and treated alike. */
export const ORGANIC = 0.01;

export const SIGNALS = { order: 'Order Completed', click: 'email_clicked' } as const;
export type GoalSignal = (typeof SIGNALS)[keyof typeof SIGNALS];

/** Reward of one of each. */
export const WEIGHTS: Readonly<Record<GoalSignal, number>> = { 'Order Completed': 1, email_clicked: 0.05 };

/** Most e-mails a person gets in the time of the demo. */
export const CAP = 2;

export const PROGRAMME_ID = 'basket';

/** The programme as a marketer would send it to `PUT /v1/programmes/basket`. */
export function programme(): object {
  const signals = Object.entries(WEIGHTS).map(([signal, weight]) => ({ signal, weight, windowHours: 168 }));
  const variants = Object.entries(STAGED).map(([id, { subject, preheader, body, cta }]) => {
    return { id, channel: 'email', content: { subject, preheader, body, cta } };
  });
  return {
    id: PROGRAMME_ID,
    name: 'Basket reminder',
    goal: { signals },
    variants,
    silence: false,
    policy: { kind: 'weighted-thompson', floor: 0.01 },
    holdout: { kind: 'no-contact', share: 0.1 },
    guardrails: { caps: [{ per: 'person', channel: 'email', count: CAP, hours: 168 }] },
  };
}

/** What an average send of a variant truly earns: an order of either origin counts once. */
export function trueReward(variant: string | undefined): number {
  const truth = variant === undefined ? undefined : STAGED[variant]?.truth;
  const { click, order } = truth ?? { click: 0, order: 0 };
  const ordered = 1 - (1 - ORGANIC) * (1 - click * order);
  return WEIGHTS[SIGNALS.order] * ordered + WEIGHTS[SIGNALS.click] * click;
}
