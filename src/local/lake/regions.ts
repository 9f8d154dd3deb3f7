/** The catalogues by region: the demo's in the account's own, nothing in the others. */
import { seedLake } from './seed';
import { Lake } from './store';

export class LakeRegions {
  private readonly lakes = new Map<string, Lake>();

  constructor(private readonly home: string) {}

  readonly of = (region: string): Lake => {
    let lake = this.lakes.get(region);
    if (!lake) {
      lake = region === this.home ? seedLake(region) : new Lake(region);
      this.lakes.set(region, lake);
    }
    return lake;
  };
}
