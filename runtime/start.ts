import { assemble } from './assemble.ts';
import { banner } from './banner.ts';
import type { OpenRoom } from './engine/room.ts';
import { openThreadRoom } from './engine/thread/thread-room.ts';
import { makeLogger } from './logging.ts';
import { SAMPLE } from './programmes/sample.ts';
import { readSettings } from './settings.ts';
import { storeChoice } from './store/open-store.ts';
import { packageVersion } from './version.ts';

/** A drain takes longer than this only when something hangs. */
const STOP_MS = 10_000;

/** Serves until it is told to stop; settings come from the environment. */
export async function start(): Promise<void> {
  const settings = readSettings(process.env);
  const logger = makeLogger(settings.log);
  // without its engine a process would answer nothing but defaults: whoever watches over it starts another
  const crashed = (error: Error): void => {
    logger.fatal({ err: error }, 'the engine ended by an error');
    process.exit(1);
  };
  const room: OpenRoom = (observer) =>
    openThreadRoom({ store: storeChoice(settings), settings }, observer, crashed);
  const pickwell = await assemble({ settings, room, logger, version: packageVersion() });
  const base = await pickwell.listen();
  process.stdout.write(banner(base, SAMPLE.id, pickwell.freshKeys));
  let stopping = false;
  const stop = (signal: string): void => {
    if (stopping) return;
    stopping = true;
    logger.info({ signal }, 'stopping');
    // a client library whose connection is closed under it may reject what nobody waits for any more
    process.on('unhandledRejection', (error) => logger.error({ err: error }, 'left over while stopping'));
    const late = setTimeout(() => {
      logger.error('stopping took too long');
      process.exit(1);
    }, STOP_MS);
    late.unref();
    pickwell.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}
