/** The profile of some columns: one pass over the data for the numbers, and one for the most frequent texts. */
import { EmrError } from '../../protocol';
import { pythonString } from '../statement/query';

import type { IColumnProfile } from '../../protocol';

const MARK = '{"jupyterlab-emr":"profile",';

const SOURCE = `
import json
from pyspark.sql import functions as F, types as T

BINS, TOP, MANY = 20, 10, 10000

def quoted(name):
    return "\`" + name.replace("\`", "\`\`") + "\`"

def number_of(name, kind):
    if isinstance(kind, T.DateType):
        return "cast(datediff(%s, date'1970-01-01') as double)" % name
    if isinstance(kind, T.NumericType) or kind.typeName().startswith("timestamp"):
        return "cast(%s as double)" % ("cast(%s as timestamp)" % name if kind.typeName() == "timestamp_ntz" else name)
    return None

def label(value, kind):
    import datetime
    if isinstance(kind, T.DateType):
        return str(datetime.date(1970, 1, 1) + datetime.timedelta(days=int(value)))
    if kind.typeName().startswith("timestamp"):
        return datetime.datetime.fromtimestamp(value, datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
    return "%.6g" % value

def bars(centres, low, high, kind):
    if low is None or high is None or not centres:
        return []
    if low == high:
        return [{"label": label(low, kind), "count": int(sum(height for _, height in centres))}]
    whole = isinstance(kind, (T.IntegralType, T.DateType))
    step = float(int(high - low) // BINS + 1) if whole else (high - low) / BINS
    bins = int((high - low) // step) + 1 if whole else BINS
    counts = [0.0] * bins
    for centre, height in centres:
        counts[min(bins - 1, max(0, int((centre - low) / step)))] += height
    return [{"label": label(low + step * index, kind), "count": int(round(count))} for index, count in enumerate(counts)]

def profile(frame, names):
    frame = frame.select(*[F.col(quoted(name)).alias("_%d" % index) for index, name in enumerate(names)])
    fields = list(enumerate(frame.schema.fields))
    plain = [(i, f.dataType) for i, f in fields if not isinstance(f.dataType, (T.ArrayType, T.MapType, T.StructType, T.BinaryType, T.NullType)) and f.dataType.typeName() != "variant"]
    numeric = {i: number_of("_%d" % i, kind) for i, kind in plain}
    asked = [F.count(F.lit(1)).alias("n")] + [F.count("_%d" % i).alias("c%d" % i) for i, _ in fields]
    for i, kind in plain:
        asked += [F.approx_count_distinct("_%d" % i).alias("d%d" % i)]
        asked += [F.min("_%d" % i).cast("string").alias("l%d" % i), F.max("_%d" % i).cast("string").alias("h%d" % i)]
        if numeric[i]:
            sane = "case when not isnan(%s) and abs(%s) < double('Infinity') then %s end" % ((numeric[i],) * 3)
            asked += [F.expr("min(%s)" % sane).alias("x%d" % i), F.expr("max(%s)" % sane).alias("y%d" % i)]
            asked += [F.expr("histogram_numeric(%s, 64)" % sane).alias("g%d" % i)]
    row = frame.agg(*asked).collect()[0].asDict()
    texts = [i for i, kind in plain if not numeric[i] and row["d%d" % i] <= MANY]
    top = {i: [] for i in texts}
    if texts and row["n"]:
        pairs = F.explode(F.array(*[F.struct(F.lit(i).alias("i"), F.col("_%d" % i).cast("string").substr(1, 100).alias("v")) for i in texts])).alias("p")
        found = frame.select(pairs).where("p.v is not null").groupBy("p.i", "p.v").count()
        ranked = found.selectExpr("i", "v", "count", "row_number() over (partition by i order by count desc, v) as r")
        for one in ranked.where("r <= %d" % TOP).orderBy("i", "r").collect():
            top[one["i"]].append({"label": one["v"], "count": one["count"]})
    answer = []
    for i, field in fields:
        one = {"name": names[i], "rows": row["n"], "nulls": row["n"] - row["c%d" % i], "distinct": min(row.get("d%d" % i) or 0, row["c%d" % i]), "histogram": []}
        if row.get("l%d" % i) is not None:
            one["min"], one["max"] = row["l%d" % i][:200], row["h%d" % i][:200]
        if numeric.get(i):
            centres = [(bar["x"], bar["y"]) for bar in row["g%d" % i] or []]
            one["histogram"] = bars(centres, row["x%d" % i], row["y%d" % i], field.dataType)
        elif i in top:
            one["histogram"] = top[i]
        answer.append(one)
    return answer
`;

/** Python code that prints the profile for {@link readProfile}. Leaves no name behind. */
export function profileCode(path: string, columns: readonly string[]): string {
  const session =
    'globals()["spark"] if hasattr(globals().get("spark"), "sql") else __import__("pyspark.sql").sql.SparkSession.builder.getOrCreate()';
  const call = `print(mark + '"columns":' + json.dumps(profile(session.table(path), names)) + "}")`;
  const values = {
    session,
    path: pythonString(path),
    names: `[${columns.map(pythonString).join(', ')}]`,
    mark: pythonString(MARK)
  };
  const text = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return `exec(${pythonString(SOURCE + call)}, dict(${text.join(', ')}))`;
}

/** What {@link profileCode} printed. */
export function readProfile(text: string): IColumnProfile[] {
  const line = text.split('\n').find(item => item.startsWith(MARK));
  if (line === undefined) {
    throw new EmrError({
      code: 'BadAnswer',
      hop: 'spark',
      message: 'Spark answered with something else than a profile.'
    });
  }
  return (JSON.parse(line) as { columns: IColumnProfile[] }).columns;
}
