/** The words of a query are shared with the promotion: see src/cells. */
export { SQL_KEYWORDS, isHidden, sqlTokens } from '../cells/sqlTokens';

export type { ISqlToken } from '../cells/sqlTokens';
