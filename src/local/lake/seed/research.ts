/** The user's own account: what research makes of all that. */
import { table, type IDatabaseSeed } from './table';

const DAILY = { partitions: ['date date Day'] };

/** @param bucket - of the team's files */
export function research(catalogId: string, bucket: string): IDatabaseSeed[] {
  return [
    {
      catalogId,
      name: 'signals',
      description: 'Signals, ready to be traded on',
      owner: 'research',
      bucket,
      tags: { domain: 'research', sensitivity: 'internal', team: 'research' },
      tables: [
        table(
          'momentum',
          'Momentum of equities over 20 and 250 days.',
          ['symbol string', 'momentum_20 double', 'momentum_250 double'],
          {
            ...DAILY,
            upstream: ['market_data.equity_prices']
          }
        ),
        table('skew', 'Skew of option volatilities.', ['symbol string', 'tenor string', 'skew double'], {
          ...DAILY,
          upstream: ['market_data.vol_surface']
        }),
        table('carry', 'Carry of futures.', ['symbol string', 'carry double'], {
          ...DAILY,
          format: 'iceberg',
          upstream: ['market_data.futures_settlements']
        }),
        table('attention', 'Attention on the web against its mean.', ['symbol string', 'z_score double'], {
          ...DAILY,
          upstream: ['web_traffic.page_visits', 'web_traffic.search_trends']
        }),
        table('mood', 'Mood of the news.', ['symbol string', 'mood double'], {
          ...DAILY,
          tags: { sensitivity: 'restricted' },
          upstream: ['sentiment.news_scores']
        }),
        table('universe', 'Which instruments are looked at.', ['symbol string', 'since date', 'reason string'], {
          tags: { sensitivity: 'public' },
          rows: 40
        }),
        table('blend', 'The signals, weighted.', ['symbol string', 'alpha double', 'weights map<string,double>'], {
          ...DAILY,
          columnTags: { weights: { sensitivity: 'secret' } },
          upstream: ['signals.momentum', 'signals.skew', 'signals.mood']
        })
      ]
    },
    {
      catalogId,
      name: 'backtests',
      description: 'Results of backtests',
      owner: 'research',
      bucket,
      tags: { domain: 'research', sensitivity: 'restricted', team: 'research' },
      tables: [
        table(
          'runs',
          'One row per backtest.',
          ['run_id string', 'strategy string', 'started timestamp', 'sharpe double', 'author string'],
          { columnTags: { author: { sensitivity: 'secret' } } }
        ),
        table('pnl', 'Profit and loss by day and run.', ['run_id string', 'pnl double', 'turnover double'], DAILY),
        table('positions', 'Positions by day and run.', ['run_id string', 'symbol string', 'quantity bigint'], {
          ...DAILY,
          format: 'iceberg'
        }),
        table('costs', 'Assumed costs of trading.', ['symbol string', 'half_spread double', 'impact double'], {
          tags: { sensitivity: 'internal' }
        }),
        table('parameters', 'Parameters of runs.', ['run_id string', 'name string', 'value string'], {
          format: 'json'
        }),
        table('scratch', '', ['id int', 'value string'], { rows: 20 })
      ]
    }
  ];
}
