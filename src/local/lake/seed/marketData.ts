/** Account of the team market-data: prices, and what is known of instruments. */
import { table, type IDatabaseSeed } from './table';

const DATE = 'date date Trading day';
const DAILY = { partitions: [DATE] };

/** @param bucket - of the team's files */
export function marketData(catalogId: string, bucket: string): IDatabaseSeed[] {
  return [
    {
      catalogId,
      name: 'market_data',
      description: 'Prices and order flow of listed markets, end of day and intraday',
      owner: 'market-data',
      bucket,
      tags: { domain: 'market-data', sensitivity: 'internal', team: 'market-data' },
      tables: [
        table(
          'options',
          `End-of-day quotes of listed **equity options**, with the greeks.

One row per contract and trading day. Delivered at 22:30 UTC.

| column | means |
| --- | --- |
| \`implied_vol\` | from the mid price, Black-Scholes |
| \`counterparty\` | who traded last; only for those who may see restricted data |

See [the handbook](https://handbook.example.com/options).`,
          [
            'contract_id string OCC symbol of the contract',
            'symbol string Ticker of the underlying',
            'expiry date Last trading day',
            'strike double Strike price',
            'call_put string C or P',
            'bid double Best bid at the close',
            'ask double Best ask at the close',
            'implied_vol double Implied volatility of the mid price',
            'delta double',
            'open_interest bigint Open contracts',
            'counterparty string Counterparty of the last trade',
            'venue string Exchange, MIC'
          ],
          {
            ...DAILY,
            rows: 300,
            contact: 'options-data@example.com',
            columnTags: { counterparty: { sensitivity: 'restricted' } },
            addedLater: ['implied_vol', 'counterparty'],
            upstream: ['market_data.option_trades', 'reference_data.instruments'],
            snippets: [
              {
                title: 'Volatility by strike',
                language: 'sql',
                code: "SELECT symbol, strike, avg(implied_vol) AS vol\nFROM market_data.options\nWHERE date = '2026-11-06'\nGROUP BY symbol, strike\nORDER BY symbol, strike"
              },
              {
                title: 'One underlying',
                language: 'pyspark',
                code: "options = spark.table('market_data.options').where(\"date = '2026-11-06' and symbol = 'ALFA'\")\noptions.show()"
              }
            ]
          }
        ),
        table(
          'option_trades',
          'Every trade of a listed option, as the exchanges print it.',
          [
            'time timestamp',
            'contract_id string',
            'symbol string',
            'price double',
            'size bigint Contracts',
            'venue string'
          ],
          { ...DAILY, upstream: ['reference_data.instruments'] }
        ),
        table(
          'equity_prices',
          'Daily open, high, low, close and volume of equities, adjusted.',
          [
            'symbol string Ticker',
            'open double',
            'high double',
            'low double',
            'close double',
            'volume bigint',
            'currency string'
          ],
          { ...DAILY, format: 'iceberg', addedLater: ['currency'] }
        ),
        table(
          'equity_trades',
          'Trades of equities, tick by tick.',
          [
            'time timestamp Time of the trade, UTC',
            'symbol string',
            'price double',
            'size bigint',
            'venue string',
            'condition string'
          ],
          DAILY
        ),
        table(
          'order_book',
          'Five levels of the book, sampled each minute.',
          [
            'time timestamp',
            'symbol string',
            'bids array<struct<price:double,size:bigint>> Best first',
            'asks array<struct<price:double,size:bigint>>'
          ],
          { ...DAILY, rows: 60 }
        ),
        table(
          'futures_settlements',
          'Settlement prices of futures.',
          ['contract_id string', 'symbol string', 'expiry date', 'settlement double', 'open_interest bigint'],
          { ...DAILY, format: 'iceberg' }
        ),
        table(
          'fx_rates',
          'Fixings of exchange rates at 16:00 London.',
          ['pair string Currencies, e.g. EURUSD', 'rate double', 'fixing timestamp'],
          {
            ...DAILY,
            tags: { sensitivity: 'public' }
          }
        ),
        table(
          'vol_surface',
          'Fitted volatility surfaces of options.',
          ['symbol string', 'tenor string', 'moneyness double', 'vol double'],
          {
            ...DAILY,
            upstream: ['market_data.options']
          }
        ),
        table(
          'client_orders',
          'Orders of clients. **Restricted**: ask the desk first.',
          [
            'order_id string',
            'time timestamp',
            'client string Name of the client',
            'symbol string',
            'side string',
            'size bigint',
            'limit_price double'
          ],
          { ...DAILY, tags: { sensitivity: 'restricted' }, columnTags: { client: { sensitivity: 'secret' } } }
        ),
        table(
          'vendor_dump',
          `Raw file of a vendor <script>window.__pwned = 1</script><img src=x onerror="window.__pwned = 2">

[click me](javascript:window.__pwned=3) <a href="data:text/html,<script>window.__pwned=4</script>">x</a>
<iframe srcdoc="<script>parent.__pwned=5</script>"></iframe> <svg onload=window.__pwned=6></svg>

![pixel](https://tracker.example.com/pixel.png)`,
          ['line string Whatever <b>they</b> sent', 'size bigint'],
          { format: 'json', contact: '<img src=x onerror=alert(1)>' }
        )
      ]
    },
    {
      catalogId,
      name: 'reference_data',
      description: 'What is known of instruments, venues and calendars',
      owner: 'market-data',
      bucket,
      tags: { domain: 'reference', sensitivity: 'public', team: 'market-data' },
      tables: [
        table(
          'instruments',
          'Master of instruments: one row each.',
          [
            'symbol string',
            'isin string',
            'name string',
            'currency string',
            'sector string',
            'country string',
            'listed date'
          ],
          {
            format: 'iceberg'
          }
        ),
        table(
          'venues',
          'Exchanges and trading venues.',
          ['venue string MIC', 'name string', 'country string', 'timezone string'],
          { format: 'csv', rows: 12 }
        ),
        table(
          'trading_calendar',
          'Trading days of each venue.',
          ['venue string', 'day date', 'is_open boolean', 'closes timestamp'],
          { rows: 250 }
        ),
        table(
          'corporate_actions',
          'Splits, dividends and mergers.',
          ['symbol string', 'kind string', 'ex_date date', 'amount decimal(18,6)', 'currency string'],
          {}
        ),
        table(
          'index_members',
          'Members of indices with their weights.',
          ['index_name string', 'symbol string', 'weight double'],
          DAILY
        ),
        table(
          'issuers',
          'Issuers and their legal entities.',
          ['issuer_id string', 'lei string', 'name string', 'country string', 'contact_email string'],
          {
            columnTags: { contact_email: { sensitivity: 'restricted' } }
          }
        ),
        table(
          'option_series',
          'Series of listed options: which contracts there are.',
          ['contract_id string', 'symbol string', 'expiry date', 'strike double', 'call_put string', 'multiplier int'],
          {}
        )
      ]
    }
  ];
}
