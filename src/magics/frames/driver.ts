/**
 * Python that runs on the cluster's driver for `-o` and `%%send_to_spark`: a module of its own in `sys.modules`, so
 * that the user's names stay untouched, removed when the data have moved. Runs on Python 3.6 and later and on Spark
 * 2.4 and later, and needs no pyarrow: Spark's JVM writes and reads Arrow by itself.
 */
export const DRIVER_SOURCE = String.raw`
import base64, json, os, re, struct, sys, tempfile, zlib

EOS = b'\xff\xff\xff\xff\x00\x00\x00\x00'


def session_of(names):
    from pyspark.sql import SparkSession
    spark = names.get('spark')
    return spark if isinstance(spark, SparkSession) else SparkSession.builder.getOrCreate()


def frame_of(spark, names, source):
    if 'query' in source:
        return spark.sql(source['query'])
    if 'view' in source:
        return spark.table(source['view'])
    name = source['variable']
    if name not in names:
        raise NameError("name '%s' is not defined in the session" % name)
    value = names[name]
    if hasattr(value, '_jdf') and hasattr(value, 'schema'):
        return value
    kind = type(value).__module__ + '.' + type(value).__name__
    if kind.startswith('pyspark.pandas.'):
        return (value if hasattr(value, 'to_spark') else value.to_frame()).to_spark()
    if kind == 'pandas.core.series.Series' or kind == 'pandas.Series':
        value = value.to_frame(name=str(value.name or name))
        kind = 'pandas.DataFrame'
    if kind in ('pandas.core.frame.DataFrame', 'pandas.DataFrame'):
        value = value.rename(columns=str)
    elif not hasattr(value, '_jrdd') and not (isinstance(value, (list, tuple)) and len(value) > 0):
        raise TypeError('%s is a %s: -o brings data frames, lists of rows and RDDs of rows. Make it one: '
                        'spark.createDataFrame(…)' % (name, type(value).__name__))
    try:
        return spark.createDataFrame(value)
    except Exception as error:
        raise TypeError('%s is a %s that Spark cannot make a data frame of: %s' % (name, type(value).__name__, error))


def check_types(df):
    for field in df.schema.fields:
        kind = field.dataType.simpleString()
        if re.search(r'interval (year|month)|(^|[<:,])interval($|[>,])|variant', kind):
            raise TypeError("Column %s is of Spark's type %s, which cannot be moved. Cast it in the query, e.g. "
                            'CAST(%s AS STRING).' % (field.name, kind, field.name))


class Bytes(object):
    """Takes what the JVM sends, as it comes: an Arrow stream, then the order of its batches."""

    def __init__(self, limit):
        self.limit = limit
        self.raw = 0
        self.tail = b''
        self.data = b''

    def load_stream(self, stream):
        packer = zlib.compressobj(1, zlib.DEFLATED, 31)
        parts = []
        while True:
            piece = stream.read(1 << 20)
            if not piece:
                break
            self.raw += len(piece)
            if self.raw > self.limit:
                stream.close()
                raise OverflowError('limit')
            self.tail = (self.tail + piece)[-(1 << 20):]
            parts.append(packer.compress(piece))
        parts.append(packer.flush())
        self.data = b''.join(parts)
        at = self.tail.rfind(EOS)
        if at >= 0 and self.tail[at + 8:at + 12] == b'\xff\xff\xff\xff':
            raise RuntimeError(self.tail[at + 12:].decode('utf-8', 'replace').lstrip('\x00'))
        return self


def load(address, sink):
    try:
        from pyspark.util import _load_from_socket
    except ImportError:
        from pyspark.rdd import _load_from_socket
    return _load_from_socket(address, sink)


class Outgoing(object):
    """A result on its way out."""

    def __init__(self, names, source, method, fraction, rows, limit):
        spark = session_of(names)
        df = frame_of(spark, names, source)
        check_types(df)
        if method == 'sample':
            df = df.sample(False, fraction)
        if rows >= 0:
            df = df.limit(rows)
        self.columns = [[f.name, f.dataType.simpleString(), f.nullable] for f in df.schema.fields]
        self.spark = spark
        self.sink = Bytes(limit)
        answer = df._jdf.collectAsArrowToPython()
        server = answer[2] if len(answer) > 2 else None
        self.over = False
        try:
            load((answer[0], answer[1]), self.sink)
        except OverflowError:
            self.over = True
        finally:
            try:
                if server is not None:
                    server.getResult()
            except Exception:
                # We hung up on it: that is no failure of Spark's.
                if not self.over:
                    raise

    def head(self):
        if self.over:
            return {'over': True, 'raw': self.sink.raw}
        size = len(self.sink.data)
        return {'columns': self.columns, 'raw': self.sink.raw, 'size': size, 'room': self.room(size)}

    def room(self, size):
        # Livy keeps what its statements say in the JVM's memory: base64, and while it is on its way once more.
        runtime = self.spark._jvm.java.lang.Runtime.getRuntime()
        for attempt in range(2):
            free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory()
            if size * 2 < free:
                break
            if attempt == 0:
                self.spark._jvm.java.lang.System.gc()
        return free

    def part(self, start, end):
        return base64.b64encode(self.sink.data[start:end]).decode('ascii')


class Incoming(object):
    """Data on their way in: gathered in a file, which Spark's JVM reads."""

    def __init__(self):
        handle, self.path = tempfile.mkstemp(prefix='emr-%d-' % os.getpid())
        self.file = os.fdopen(handle, 'wb')
        self.unpacker = zlib.decompressobj(31)

    def take(self, text):
        self.file.write(self.unpacker.decompress(base64.b64decode(text)))

    def close(self):
        self.file.write(self.unpacker.flush())
        self.file.close()

    def text(self):
        with open(self.path, 'rb') as file:
            return file.read().decode('utf-8', 'surrogatepass')

    def frame(self, spark, schema, name):
        from pyspark.sql.types import StructType
        tools = spark._jvm.PythonSQLUtils
        jspark = spark._jsparkSession
        try:
            batches = tools.readArrowStreamFromFile(self.path)
        except Exception as error:
            if 'does not exist' not in str(error):
                raise
            batches = tools.readArrowStreamFromFile(jspark, self.path)
        bare = []
        if not self.knows_bare_times(spark):
            bare = [field for field in schema['fields'] if field['type'] == 'timestamp_ntz']
        for field in bare:
            field['type'] = 'timestamp'
        jdf = tools.toDataFrame(batches, json.dumps(schema), jspark)
        jdf.createOrReplaceTempView(name)
        df = spark.table(name)
        if bare:
            # What has no zone is a time of the session's zone there, as for spark.createDataFrame.
            from pyspark.sql.functions import to_utc_timestamp
            zone = spark.conf.get('spark.sql.session.timeZone')
            for field in bare:
                label = field['name']
                df = df.withColumn(label, to_utc_timestamp(df[chr(96) + label.replace(chr(96), chr(96) * 2) + chr(96)], zone))
            df.createOrReplaceTempView(name)
        return df

    def knows_bare_times(self, spark):
        return tuple(int(part) for part in spark.version.split('.')[:2]) >= (3, 4)

    def remove(self):
        try:
            self.file.close()
            os.remove(self.path)
        except OSError:
            pass


def begin(names, source, method, fraction, rows, limit, at_once):
    global moving
    try:
        moving = Outgoing(names, source, method, fraction, rows, limit)
        head = moving.head()
        if head.get('size', limit) <= at_once:
            # A small result comes with the first answer.
            head['data'] = moving.part(0, at_once)
            end()
        return json.dumps(head)
    except BaseException:
        end()
        raise
    finally:
        if 'view' in source:
            session_of(names).catalog.dropTempView(source['view'])


def receive(text):
    global moving
    if moving is None:
        moving = Incoming()
    moving.take(text)
    return 'ok'


def arrive(names, name, schema):
    """The data are all here: give them their name. The file's path, where other languages read it too."""
    moving.close()
    if schema is None:
        names[name] = moving.text()
    else:
        names[name] = moving.frame(session_of(names), schema, name)
    return moving.path


def end():
    """Forget everything."""
    global moving
    if isinstance(moving, Incoming):
        moving.remove()
    moving = None
    sys.modules.pop(__name__, None)
    return 'ok'


moving = None
`;
