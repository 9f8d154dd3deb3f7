import { EmrError } from '../../protocol';
import { usage } from '../options';
import { pythonText, pythonValue } from './text';

import type { ILocalPython } from '../../ipython';

/**
 * Python that runs beside this kernel: Arrow to pandas and back with exact types. A module of its own; the user's
 * names get the data frame and nothing else.
 */
const LOCAL_SOURCE = String.raw`
import base64, datetime, gzip, json, math, struct, zlib

def check():
    missing = []
    for name in ('pandas', 'pyarrow'):
        try:
            __import__(name)
        except ImportError:
            missing.append(name)
    return missing


def names():
    return get_ipython().user_ns


# --- from the cluster -------------------------------------------------------------------------------------------

def read(path):
    import pyarrow as pa
    with pa.input_stream(path, compression='gzip') as stream:
        reader = pa.ipc.open_stream(stream)
        batches = list(reader)
        rest = stream.read()
    # Behind the stream stands in which order its batches are to be read.
    count = struct.unpack('>i', rest[:4])[0] if len(rest) >= 4 else 0
    order = struct.unpack('>%di' % count, rest[4:4 + 4 * count]) if count > 0 else range(len(batches))
    return pa.Table.from_batches([batches[index] for index in order], schema=reader.schema)


def plain(value, kind):
    """Nested values as lists and dicts: numpy would make floats of integers beside a null."""
    import pyarrow as pa
    if value is None:
        return None
    if pa.types.is_map(kind):
        pairs = [(plain(key, kind.key_type), plain(item, kind.item_type)) for key, item in value]
        try:
            return dict(pairs)
        except TypeError:
            return pairs
    if pa.types.is_struct(kind):
        return {field.name: plain(value[field.name], field.type) for field in kind}
    if pa.types.is_list(kind):
        return [plain(item, kind.value_type) for item in value]
    return value


def series(column):
    import pandas as pd
    import pyarrow as pa
    kind = column.type
    t = pa.types
    if t.is_nested(kind):
        return pd.Series([plain(value, kind) for value in column.to_pylist()], dtype=object)
    if t.is_timestamp(kind):
        try:
            return column.to_pandas()
        except Exception:
            # A zone that pandas does not know, or with pandas 1 a time outside of its 584 years.
            try:
                return column.cast(pa.timestamp(kind.unit, 'UTC' if kind.tz else None)).to_pandas()
            except Exception:
                return pd.Series(column.to_pylist(), dtype=object)
    if column.null_count and (t.is_integer(kind) or t.is_boolean(kind) or t.is_floating(kind)):
        masked = {'int8': 'Int8', 'int16': 'Int16', 'int32': 'Int32', 'int64': 'Int64', 'bool': 'boolean',
                  'float': 'Float32', 'double': 'Float64'}[str(kind)]
        return pd.Series(pd.api.types.pandas_dtype(masked).__from_arrow__(column))
    if t.is_null(kind):
        return pd.Series([None] * len(column), dtype=object)
    if t.is_string(kind) or t.is_binary(kind) or t.is_decimal(kind) or t.is_date(kind):
        return pd.Series(column.to_pandas(date_as_object=True, types_mapper=None), dtype=object)
    return column.to_pandas()


def frame(table):
    import pandas as pd
    made = pd.DataFrame({index: series(column) for index, column in enumerate(table.columns)},
                        index=pd.RangeIndex(table.num_rows))
    made.columns = table.column_names
    return made


def shown(value):
    """A value for the table that the cell shows."""
    if value is None or isinstance(value, (bool, str)):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2 ** 53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value).replace('inf', 'Infinity').replace('nan', 'NaN')
    if isinstance(value, (bytes, bytearray)):
        return base64.b64encode(value).decode()
    if isinstance(value, dict):
        return {str(shown(key)): shown(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [shown(item) for item in value]
    if isinstance(value, datetime.datetime):
        text = value.isoformat(' ', 'microseconds' if value.microsecond else 'seconds')
        return text
    return str(value)


def take(path, name, rows_shown):
    table = read(path)
    names()[name] = frame(table)
    first = table.slice(0, rows_shown).to_pylist() if table.num_columns == len(set(table.column_names)) else None
    if first is None:
        columns = [column.to_pylist() for column in table.slice(0, rows_shown).columns]
        first_rows = [list(row) for row in zip(*columns)]
    else:
        first_rows = [[row[key] for key in table.column_names] for row in first]
    return {'rows': table.num_rows, 'columns': table.num_columns, 'first': shown(first_rows)}


# --- to the cluster ---------------------------------------------------------------------------------------------

class Problem(Exception):
    pass


def spark_type(kind, where):
    """Spark's JSON form of an Arrow type, and the Arrow type in which Spark reads it."""
    import pyarrow as pa
    t = pa.types
    simple = {'bool': ('boolean', None), 'int8': ('byte', None), 'int16': ('short', None), 'int32': ('integer', None),
              'int64': ('long', None), 'uint8': ('short', pa.int16()), 'uint16': ('integer', pa.int32()),
              'uint32': ('long', pa.int64()), 'uint64': ('decimal(20,0)', pa.decimal128(20, 0)),
              'halffloat': ('float', pa.float32()), 'float': ('float', None), 'double': ('double', None),
              'string': ('string', None), 'large_string': ('string', pa.string()),
              'string_view': ('string', pa.string()), 'binary': ('binary', None),
              'large_binary': ('binary', pa.binary()), 'binary_view': ('binary', pa.binary()),
              'date32[day]': ('date', None), 'date64[ms]': ('date', pa.date32()),
              # A column of nothing but None has no type; text can be written anywhere.
              'null': ('string', pa.string())}
    if str(kind) in simple:
        name, wanted = simple[str(kind)]
        return name, wanted or kind
    if t.is_decimal(kind):
        if kind.precision > 38:
            raise Problem('%s has decimals of %d digits; Spark has 38 at most.' % (where, kind.precision))
        return 'decimal(%d,%d)' % (kind.precision, kind.scale), pa.decimal128(kind.precision, kind.scale)
    if t.is_timestamp(kind):
        return ('timestamp', pa.timestamp('us', kind.tz)) if kind.tz else ('timestamp_ntz', pa.timestamp('us'))
    if t.is_duration(kind):
        return 'interval day to second', pa.duration('us')
    if t.is_dictionary(kind):
        return spark_type(kind.value_type, where)
    if t.is_fixed_size_binary(kind):
        return 'binary', pa.binary()
    if t.is_map(kind):
        key, key_kind = spark_type(kind.key_type, where)
        item, item_kind = spark_type(kind.item_type, where)
        return ({'type': 'map', 'keyType': key, 'valueType': item, 'valueContainsNull': True},
                pa.map_(key_kind, item_kind))
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind):
        item, item_kind = spark_type(kind.value_type, where)
        return {'type': 'array', 'elementType': item, 'containsNull': True}, pa.list_(item_kind)
    if t.is_struct(kind):
        fields, kinds = [], []
        for field in kind:
            item, item_kind = spark_type(field.type, where)
            fields.append({'name': field.name, 'type': item, 'nullable': True, 'metadata': {}})
            kinds.append(pa.field(field.name, item_kind))
        return {'type': 'struct', 'fields': fields}, pa.struct(kinds)
    raise Problem('%s is of the type %s, which Spark does not have. Make it text or a number.' % (where, kind))


def arrow_column(values, where):
    """One pandas column as Arrow."""
    import pandas as pd
    import pyarrow as pa
    try:
        if isinstance(values.dtype, pd.PeriodDtype) or isinstance(values.dtype, pd.IntervalDtype):
            raise Problem('%s is of the type %s, which Spark does not have. Make it text or a number.'
                          % (where, values.dtype))
        # NaN is pandas' missing: null. Masked types (Float64) say by themselves what is missing; their NaN stays.
        made = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError, OverflowError) as error:
        raise Problem('%s holds values of different kinds, or of one that Arrow does not know (%s). '
                      'Make it one kind, e.g. text: df[%r] = df[%r].astype(str).'
                      % (where, str(error).split('\n')[0][:200], values.name, values.name))
    return made.combine_chunks() if isinstance(made, pa.ChunkedArray) else made


def table_of(value, name, notes):
    import pandas as pd
    import pyarrow as pa
    if isinstance(value, pd.Series):
        value = value.to_frame(name=str(value.name) if value.name is not None else name)
    if isinstance(value, pd.DataFrame):
        if not isinstance(value.index, pd.RangeIndex) and (value.index.names != [None] or value.index.nlevels > 1):
            notes.append('The index (%s) is not sent; %s.reset_index() makes it a column.'
                         % (', '.join(str(item) for item in value.index.names), name))
        labels = ['_'.join(str(part) for part in label) if isinstance(label, tuple) else str(label)
                  for label in value.columns]
        arrays = [arrow_column(value.iloc[:, index], 'Column %s' % label) for index, label in enumerate(labels)]
        return pa.table(arrays, names=labels) if arrays else None
    if isinstance(value, pa.Table):
        return value
    if isinstance(value, pa.RecordBatch):
        return pa.Table.from_batches([value])
    if hasattr(value, '__arrow_c_stream__'):
        return pa.table(value)
    raise Problem('%s is a %s: -t df sends pandas data frames and series, and Arrow and polars tables.'
                  % (name, type(value).__name__))


def give(name, kind, rows, path, limit):
    space = names()
    if name not in space:
        raise Problem('There is no local variable %s. Define it in a %%%%local cell, or bring it with -o.' % name)
    value = space[name]
    if not kind:
        kind = 'str' if isinstance(value, str) else 'df'
    if kind == 'str':
        if not isinstance(value, str):
            raise Problem('%s is a %s, not a str: -t str sends text only; -t df sends data frames.'
                          % (name, type(value).__name__))
        data = value.encode('utf-8', 'surrogatepass')
        if len(data) > limit:
            return {'over': len(data)}
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        with open(path, 'wb') as file:
            file.write(packer.compress(data) + packer.flush())
        return {'kind': 'str', 'length': len(value), 'raw': len(data), 'notes': []}
    missing = check()
    if missing:
        return {'missing': missing}
    import pyarrow as pa
    notes = []
    table = table_of(value, name, notes)
    if table is None or table.num_columns == 0:
        raise Problem('%s has no columns.' % name)
    all_rows = table.num_rows
    if rows >= 0:
        table = table.slice(0, rows)
    doubled = sorted({label for label in table.column_names if table.column_names.count(label) > 1})
    if doubled:
        raise Problem('%s has more than one column named %s. Rename them; Spark could not tell them apart.'
                      % (name, ', '.join(doubled)))
    if table.nbytes > limit:
        return {'over': table.nbytes}
    fields, arrays = [], []
    for index, label in enumerate(table.column_names):
        where = 'Column %s' % label
        spark, wanted = spark_type(table.column(index).type, where)
        column = table.column(index)
        if column.type != wanted:
            try:
                column = column.cast(wanted)
            except pa.ArrowInvalid as error:
                if not pa.types.is_timestamp(wanted) and not pa.types.is_duration(wanted):
                    raise Problem('%s cannot be sent: %s' % (where, str(error).split('\n')[0]))
                column = column.cast(wanted, safe=False)
                notes.append("%s: Spark's times have microseconds; the nanoseconds are cut off." % where)
        fields.append({'name': label, 'type': spark, 'nullable': True, 'metadata': {}})
        arrays.append(column)
    table = pa.table(arrays, schema=pa.schema([pa.field(f['name'], a.type) for f, a in zip(fields, arrays)]))
    with gzip.open(path, 'wb', compresslevel=1) as out:
        with pa.ipc.new_stream(out, table.schema) as writer:
            writer.write_table(table, max_chunksize=max(1, min(100000, table.num_rows or 1)))
    return {'kind': 'df', 'rows': table.num_rows, 'all': all_rows, 'columns': len(fields), 'notes': notes,
            'raw': table.nbytes, 'schema': {'type': 'struct', 'fields': fields}}


def answer(work):
    try:
        made = work()
    except Problem as problem:
        made = {'problem': str(problem)}
    print(json.dumps(made))
`;

const MODULE = '_jupyterlab_emr_frames';

/** A call of {@link LOCAL_SOURCE}; the module is made where it is not there yet. */
function callOf(expression: string): string {
  return [
    `if ${pythonText(MODULE)} not in __import__('sys').modules:`,
    `    (lambda m: (exec(compile(${pythonText(LOCAL_SOURCE)}, '<jupyterlab-emr>', 'exec'), m.__dict__), m.__dict__.update(get_ipython=get_ipython), __import__('sys').modules.__setitem__(m.__name__, m)))(__import__('types').ModuleType(${pythonText(MODULE)}))`,
    `(lambda m: m.answer(lambda: ${expression}))(__import__('sys').modules[${pythonText(MODULE)}])`
  ].join('\n');
}

async function call<T>(python: ILocalPython, expression: string, signal?: AbortSignal): Promise<T> {
  const text = await python.call(callOf(expression), signal);
  // A library that warns on stdout comes before it.
  const line = text.trimEnd().split('\n').pop() ?? '';
  const answer = JSON.parse(line) as T & { problem?: string };
  if (typeof answer === 'object' && answer !== null && typeof answer.problem === 'string') {
    throw usage(answer.problem);
  }
  return answer;
}

/** What `-o` put into the local namespace. */
export interface ITaken {
  rows: number;
  columns: number;
  /** The first rows, for the table that the cell shows. */
  first: unknown[][];
}

/** What `%%send_to_spark` packed, or why not. */
export interface IGiven {
  kind?: 'str' | 'df';
  /** Characters of a text. */
  length?: number;
  rows?: number;
  /** Rows that there were. */
  all?: number;
  columns?: number;
  /** Bytes before compression. */
  raw?: number;
  /** More bytes than the limit. */
  over?: number;
  notes?: string[];
  /** Spark's JSON form. */
  schema?: unknown;
  missing?: string[];
}

/**
 * Import what data frames need, so that it is there when they come.
 *
 * @throws EmrError `MissingPackages` with the line that installs them
 */
export async function checkLocal(python: ILocalPython, env: NodeJS.ProcessEnv, signal?: AbortSignal): Promise<void> {
  const missing = await call<string[]>(python, 'm.check()', signal);
  if (missing.length > 0) {
    throw missingPackages(missing, env);
  }
}

/** Read what came and give it its name. */
export function takeFrame(python: ILocalPython, path: string, name: string, shown: number, signal?: AbortSignal) {
  return call<ITaken>(python, `m.take(${pythonText(path)}, ${pythonText(name)}, ${shown})`, signal);
}

/**
 * Pack a local variable into a file.
 *
 * @param rows - at most so many; -1: all
 */
export function giveVariable(
  python: ILocalPython,
  request: { name: string; kind: string; rows: number; path: string; limit: number },
  signal?: AbortSignal
): Promise<IGiven> {
  const { name, kind, rows, path, limit } = request;
  return call<IGiven>(python, `m.give(*${pythonValue([name, kind, rows, path, limit])})`, signal);
}

export function missingPackages(missing: string[], env: NodeJS.ProcessEnv): EmrError {
  const python = env['JUPYTERLAB_EMR_LOCAL_PYTHON'] ?? env['JUPYTERLAB_EMR_PYTHON'] ?? 'python';
  return new EmrError({
    code: 'MissingPackages',
    hop: 'kernel',
    message: `The local Python has no ${missing.join(' and no ')}; data frames move as Arrow.`,
    fix: `Install what is missing: "${python}" -m pip install ${missing.join(' ')}`
  });
}
