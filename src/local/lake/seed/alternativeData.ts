/** Account of the team alternative-data: what is bought or gathered beside market data. */
import { table, type IDatabaseSeed } from './table';

const DATE = 'date date Day';
const DAILY = { partitions: [DATE] };

/** @param bucket - of the team's files */
export function alternativeData(catalogId: string, bucket: string): IDatabaseSeed[] {
  return [
    {
      catalogId,
      name: 'web_traffic',
      description: 'Visits and searches on the web, by company',
      owner: 'alternative-data',
      bucket,
      tags: { domain: 'alternative', sensitivity: 'internal', team: 'alternative-data' },
      tables: [
        table(
          'page_visits',
          "Visits of companies' sites, by day and country.",
          ['symbol string', 'site string', 'country string', 'visits bigint', 'visitors bigint'],
          DAILY
        ),
        table(
          'app_downloads',
          "Downloads of companies' apps.",
          ['symbol string', 'app string', 'store string', 'downloads bigint'],
          { ...DAILY, format: 'iceberg' }
        ),
        table(
          'search_trends',
          'How often companies and products are searched for.',
          ['term string', 'symbol string', 'score double'],
          DAILY
        ),
        table(
          'clickstream',
          'Clicks of a panel of consented users.',
          ['user_id string Pseudonym', 'time timestamp', 'url string', 'symbol string'],
          {
            ...DAILY,
            tags: { sensitivity: 'restricted' },
            columnTags: { user_id: { sensitivity: 'secret' } }
          }
        ),
        table('site_owners', 'Which site is whose.', ['site string', 'symbol string', 'since date'], {
          format: 'csv',
          tags: { sensitivity: 'public' }
        }),
        table(
          'job_postings',
          "Openings on companies' career pages.",
          ['symbol string', 'title string', 'country string', 'posted date'],
          { format: 'json' }
        ),
        table(
          'price_scrapes',
          'Prices of goods in web shops.',
          ['shop string', 'product string', 'price decimal(12,2)', 'currency string', 'seen timestamp'],
          {}
        )
      ]
    },
    {
      catalogId,
      name: 'sentiment',
      description: 'News and social media, scored',
      owner: 'alternative-data',
      bucket,
      tags: { domain: 'alternative', sensitivity: 'restricted', team: 'alternative-data' },
      tables: [
        table(
          'news_scores',
          'Sentiment of news, by article and company.',
          ['article_id string', 'time timestamp', 'symbol string', 'score double From -1 to 1', 'source string'],
          DAILY
        ),
        table(
          'social_scores',
          'Sentiment of posts, by hour.',
          ['hour timestamp', 'symbol string', 'score double', 'posts bigint'],
          DAILY
        ),
        table(
          'call_transcripts',
          'Transcripts of earnings calls.',
          ['symbol string', 'call_date date', 'speaker string', 'text string'],
          {
            columnTags: { speaker: { sensitivity: 'secret' } }
          }
        ),
        table('topics', 'Topics that articles are assigned to.', ['topic string', 'parent string', 'articles bigint'], {
          tags: { sensitivity: 'public' }
        }),
        table(
          'analyst_notes',
          'Notes of sell-side analysts.',
          ['note_id string', 'analyst string', 'symbol string', 'rating string', 'published timestamp'],
          { format: 'iceberg' }
        ),
        table(
          'esg_scores',
          'Scores of companies on environment, social and governance.',
          ['symbol string', 'environment double', 'social double', 'governance double'],
          {
            tags: { sensitivity: 'internal' }
          }
        ),
        table(
          'broken_feed',
          'A crawler wrote this one, and got it wrong.',
          ['symbol', 'payload struct<a:int,b:', ' int'],
          { broken: true, tags: { sensitivity: 'internal' } }
        )
      ]
    }
  ];
}
