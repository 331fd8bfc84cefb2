import nock from 'nock';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

/** Fails a test for an expected request that is missing as for one that nobody expected. */
export function useStrictNock(): void {
  const unexpected: string[] = [];
  const note = ({ method, url }: { method: string; url: string }) => void unexpected.push(`${method} ${url}`);
  beforeAll(() => {
    nock.disableNetConnect();
    nock.emitter.on('no match', note);
  });
  afterEach(() => {
    const pending = nock.pendingMocks();
    nock.cleanAll();
    expect({ pending, unexpected: unexpected.splice(0) }).toEqual({ pending: [], unexpected: [] });
  });
  afterAll(() => {
    nock.emitter.off('no match', note);
    nock.enableNetConnect();
    nock.restore();
  });
}
