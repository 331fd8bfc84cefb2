import { allJobs } from './jobs.ts';

/** What the worker is asked: one job by its place in the list, one seed. */
export interface Ask {
  job: number;
  seed: number;
}

export interface Answer extends Ask {
  value: number;
}

const jobs = allJobs();
process.on('message', ({ job, seed }: Ask) => {
  process.send!({ job, seed, value: jobs[job]!.run(seed) } satisfies Answer);
});
