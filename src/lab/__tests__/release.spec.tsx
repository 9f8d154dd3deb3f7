import { PageConfig } from '@jupyterlab/coreutils';
import { nullTranslator } from '@jupyterlab/translation';
import * as React from 'react';

import { Release } from '../widgets/sidebar/release';
import { rendering } from './render';

describe('the release in the sidebar', () => {
  const view = rendering();
  const trans = nullTranslator.load('test');

  it('is what the host wrote into the page, and nothing elsewhere', async () => {
    await view.show(<Release trans={trans} />);
    expect(view.all('release')).toEqual([]);
    PageConfig.setOption('emrRelease', '1.2.3+g0123456789ab');
    await view.show(<Release key="again" trans={trans} />);
    expect(view.find('release').textContent).toBe('Release 1.2.3+g0123456789ab');
  });
});
