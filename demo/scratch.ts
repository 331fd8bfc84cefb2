import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A folder that is gone when the demo ends, however it ends. */
export class Scratch {
  readonly folder = mkdtempSync(join(tmpdir(), 'pickwell-demo-'));

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: object): string {
    const path = this.path(name);
    writeFileSync(path, JSON.stringify(content, null, 2));
    return path;
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
