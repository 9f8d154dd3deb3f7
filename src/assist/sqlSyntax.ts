import { CharStreams, CommonTokenStream, PredictionMode } from 'antlr4ng';
import { SparkSqlLexer } from 'dt-sql-parser/dist/lib/spark/SparkSqlLexer';
import { SparkSqlParser } from 'dt-sql-parser/dist/lib/spark/SparkSqlParser';

import { isCompleteCode } from './syntax';

import type { IIsComplete } from '../protocol';

/**
 * SQL by Spark's grammar. What only is open (a bracket, a string) is told without it: the grammar calls a string that
 * nothing ends wrong.
 */
export function isCompleteSql(sql: string): IIsComplete {
  const scanned = isCompleteCode(sql, 'sql');
  if (scanned.status === 'incomplete' || sql.trim() === '') {
    return scanned;
  }
  // Variables (`${x}`, `{x}` of a template) are nobody's grammar: Spark says what it thinks of them.
  const status = parseSql(sql);
  return status === 'incomplete' ? { status, indent: '' } : { status: /[${}]/.test(sql) ? 'complete' : status };
}

/** Whether Spark's grammar takes the query, would take it with more behind it, or never. */
function parseSql(sql: string): 'complete' | 'incomplete' | 'invalid' | 'unknown' {
  const lexer = new SparkSqlLexer(CharStreams.fromString(sql));
  lexer.removeErrorListeners();
  const parser = new SparkSqlParser(new CommonTokenStream(lexer));
  parser.interpreter.predictionMode = PredictionMode.SLL;
  parser.buildParseTrees = false;
  parser.removeErrorListeners();
  let found: 'incomplete' | 'invalid' | undefined;
  parser.addErrorListener({
    syntaxError(_recognizer, offending) {
      // Only the first error says something: what follows comes from the parser's own attempts to go on.
      found ??= offending?.type === -1 ? 'incomplete' : 'invalid';
    },
    reportAmbiguity: () => undefined,
    reportAttemptingFullContext: () => undefined,
    reportContextSensitivity: () => undefined
  });
  try {
    parser.program();
  } catch (error) {
    // Brackets thousands deep: more than the stack holds.
    if (error instanceof RangeError) {
      return 'unknown';
    }
    throw error;
  }
  return found ?? 'complete';
}
