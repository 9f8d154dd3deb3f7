/** The catalogues by region: the demo's in the account's own, nothing in the others. */
import { seedLake } from './seed';
import { addBig } from './seed/big';
import { Lake } from './store';

export class LakeRegions {
  private readonly lakes = new Map<string, Lake>();

  /**
   * @param home - region of the demo's catalogue
   * @param big - generated tables in it, besides
   */
  constructor(
    private readonly home: string,
    private readonly big = 0
  ) {}

  readonly of = (region: string): Lake => {
    let lake = this.lakes.get(region);
    if (!lake) {
      lake = region === this.home ? seedLake(region) : new Lake(region);
      this.lakes.set(region, lake);
      if (region === this.home && this.big > 0) {
        addBig(lake, this.big);
      }
    }
    return lake;
  };
}
