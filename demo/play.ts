import { braze } from '../connectors/braze/index.ts';
import { rngFromNumber } from '../core/maths/xoshiro.ts';
import { SAMPLE } from '../runtime/programmes/sample.ts';
import type { Aftermath } from './aftermath.ts';
import { comeToRest } from './aftermath.ts';
import { BrazeStandIn } from './braze-stand-in.ts';
import type { Played } from './campaign.ts';
import { Campaign } from './campaign.ts';
import type { Check, Evidence } from './checks.ts';
import { checksOf } from './checks.ts';
import { ConnectedContent } from './connected-content.ts';
import { expectationsOf } from './expectations.ts';
import { FeedbackQueue } from './feedback-queue.ts';
import { messageSource } from './message.ts';
import type { Wave } from './people.ts';
import { wavesOf } from './people.ts';
import { BEST, programme, PROGRAMME_ID, VARIANTS } from './programme.ts';
import { Progress } from './progress.ts';
import type { Stage } from './stage.ts';
import * as tables from './tables.ts';

/** Share of cached answers that are gone before their time. */
const EVICTED = 0.05;

interface Options {
  seed: number;
  people: number;
}

type PlayedWave = { wave: Wave; played: Played[] };

const say = (text: string): void => void process.stdout.write(text);

/** Sends wave after wave, each followed by the feedback that is due by then. */
async function sendAll(
  campaign: Campaign,
  feedback: FeedbackQueue,
  waves: readonly Wave[],
): Promise<PlayedWave[]> {
  const progress = new Progress(waves.reduce((sum, { sends }) => sum + sends.length, 0));
  const done: PlayedWave[] = [];
  try {
    for (const wave of waves) {
      progress.step(`wave ${wave.number} of ${waves.length}`);
      done.push({ wave, played: await campaign.send(wave, () => progress.sent()) });
      progress.step(`feedback of wave ${wave.number}`);
      await feedback.post(wave.number);
    }
    progress.step('the last feedback');
    for (let late = waves.length + 1; late <= feedback.last; late += 1) await feedback.post(late);
  } finally {
    progress.stop();
  }
  return done;
}

/** Whether the start printed the tag; the banner indents it. */
function wasPrinted(stage: Stage, decideKey: string): boolean {
  const tag = braze.snippets[0].text(SAMPLE.id, stage.base, decideKey);
  return stage.server.banner.includes(tag.trim().replaceAll('\n', '\n  '));
}

/** The whole campaign; resolves with the exit code. */
export async function play(stage: Stage, { seed, people }: Options): Promise<number> {
  const started = performance.now();
  say(`Pickwell demo: ${people.toLocaleString('en')} people, seed ${seed}\n`);
  const api = await stage.ready();
  await api.create(programme(), PROGRAMME_ID, VARIANTS);
  say(
    `A server of its own serves on ${stage.base}; "${PROGRAMME_ID}" is live with ${VARIANTS.length} variants\n\n`,
  );
  const decideKey = stage.server.key('decide');
  const chance = rngFromNumber(seed);
  const client = new ConnectedContent({ evicted: () => chance.uniform() < EVICTED });
  const standIn = new BrazeStandIn(client);
  const message = standIn.compile(messageSource(braze.snippets[0].text(PROGRAMME_ID, stage.base, decideKey)));
  const { base, sharedSecret, signingKey } = stage;
  const ingestKey = stage.server.key('ingest');
  const feedback = new FeedbackQueue({ base, ingestKey, sharedSecret, signingKey, seed });
  const campaign = new Campaign({ braze: standIn, message, feedback, seed });
  const waves = wavesOf(seed, people);
  await campaign.preview(waves[0]?.sends ?? []);
  const done = await sendAll(campaign, feedback, waves);
  say('  learning and delivering what is left ...\n');
  const aftermath = await comeToRest(api);
  const expected = expectationsOf(campaign.played);
  const evidence: Evidence = {
    campaign,
    feedback,
    recorder: stage.recorder,
    expected,
    aftermath,
    lastWave: done.at(-1)?.played ?? [],
    tagWasPrinted: wasPrinted(stage, decideKey),
  };
  const checks = checksOf(evidence);
  show(evidence, { waves: done, client, checks });
  return conclude(checks, aftermath, performance.now() - started);
}

function show(
  { feedback, recorder, expected, aftermath, campaign }: Evidence,
  { waves, client, checks }: { waves: PlayedWave[]; client: ConnectedContent; checks: Check[] },
): void {
  const { report } = aftermath;
  say(tables.heading('Share of the traffic, wave by wave') + tables.sharesTable(waves));
  say(
    tables.heading(
      'Variants: reward per 100 decisions, the truth Pickwell could not see, and what it reckons with until windows close',
    ),
  );
  say(tables.variantsTable(report));
  say(
    tables.heading('Lift: reward per 100 people over those who get nothing') +
      tables.liftTable(report, expected),
  );
  say(
    tables.heading(`One send, one decision (${campaign.previews} previews among the calls are on no record)`),
  );
  say(tables.stickinessText(client, expected));
  say(tables.heading('Feedback: late, repeated, out of order') + tables.feedbackTable(feedback.tallies));
  const { segment, braze: brazeInbox } = recorder;
  say(
    tables.heading('Outcomes pushed to Segment and Braze') +
      tables.deliveryTable({ segment, braze: brazeInbox }),
  );
  say(tables.heading('Checked') + tables.checksTable(checks));
}

function conclude(checks: readonly Check[], { ledger }: Aftermath, ms: number): number {
  const failed = checks.filter(({ ok }) => !ok);
  const took = `${Math.round(ms / 1000)} s`;
  if (failed.length > 0) {
    say(`\nFAILED after ${took}: ${failed.map(({ name, detail }) => `${name} (${detail})`).join('; ')}\n`);
    return 1;
  }
  say(
    `\nAll ${checks.length} checks hold, over ${ledger.rows.toLocaleString('en')} rows of the ledger, in ${took}: ` +
      `"${BEST}" won, and nothing was lost or counted twice.\n` +
      `\nNext: run \`npm start\` and paste the Connected Content tag that it prints into a Braze message.\n`,
  );
  return 0;
}
