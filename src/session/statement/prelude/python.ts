/** MIME type under which the prelude hands out what a statement gave, beside the `text/plain` that Livy makes of it. */
export const PARTS_MIME = 'application/vnd.jupyterlab-emr.parts.v1+json';
/** Begins the line with the same after a failed statement's traceback. */
export const PARTS_LINE = 'jupyterlab-emr:';
/** Its statement's first line: that it is nobody's cell, as `quick.ts` marks all of ours. */
const OWN_STATEMENT = '# jupyterlab-emr: not a cell (prelude)';

/**
 * Runs once in a session's Python. Livy's shell (`fake_shell.py`, the same in 0.5 to 0.9) answers a statement with a
 * MIME map; this puts beside its text which part of it was printed and which is the value, rich forms of values and of
 * open figures, and it names each statement's source, so that tracebacks have all lines. Where the shell looks
 * different nothing is changed. For Python 3.6 and later; leaves no name in the user's namespace.
 */
const SOURCE = String.raw`
def install(sc, version, mime, line):
    import base64, builtins, collections, functools, importlib.util, io, json, linecache, re, sys, zlib

    main = sys.modules['__main__']
    router = main.msg_type_router
    plain = router['execute_request']
    if getattr(plain, 'emr_version', None) == version:
        return
    plain = getattr(plain, 'emr_plain', plain)
    clear = getattr(main.clearOutputs, 'emr_plain', main.clearOutputs)
    state = {'out': None, 'parts': [], 'size': 0, 'length': 0, 'last': None, 'code': '', 'quiet': False}
    sources = collections.deque()
    kept = []

    FORMATS = [
        ('text/html', '_repr_html_'), ('text/markdown', '_repr_markdown_'), ('image/svg+xml', '_repr_svg_'),
        ('image/png', '_repr_png_'), ('image/jpeg', '_repr_jpeg_'), ('text/latex', '_repr_latex_'),
        ('application/json', '_repr_json_'), ('application/javascript', '_repr_javascript_'),
    ]
    MAX_PARTS, MAX_SIZE = 500, 15000000

    def clean(data):
        """JSON that Livy can read: no NaN, bytes as base64."""
        def other(value):
            return base64.b64encode(value).decode('ascii') if isinstance(value, (bytes, bytearray)) else str(value)
        try:
            text = json.dumps(data, default=other, allow_nan=False)
        except ValueError:
            text = json.dumps(json.loads(json.dumps(data, default=other), parse_constant=lambda name: None))
        return text

    def add(data, metadata, value, at):
        part = {'at': at, 'value': value}
        if data:
            text = clean([data, metadata])
            if state['size'] + len(text) > MAX_SIZE or len(state['parts']) >= 4 * MAX_PARTS:
                part['dropped'] = sorted(data)
            else:
                state['size'] += len(text)
                part['data'], part['metadata'] = json.loads(text)
        elif len(state['parts']) >= MAX_PARTS:
            return
        state['parts'].append(part)

    def rich(value):
        kind = type(value)
        if isinstance(value, type):
            return {}, {}
        data, metadata = {}, {}

        def ask(name, **options):
            # Of the type: objects that make up their attributes (Py4J's, mocks) have no such method.
            method = getattr(kind, name, None)
            if not callable(method):
                return None, None
            try:
                found = method(value, **options)
            except Exception:
                return None, None
            return found if isinstance(found, tuple) and len(found) == 2 else (found, None)

        found, extra = ask('_repr_mimebundle_', include=None, exclude=None)
        if isinstance(found, dict):
            data.update(found)
            metadata.update(extra or {})
        for name, method in FORMATS:
            if name in data or (name == 'image/jpeg' and 'image/png' in data):
                continue
            found, extra = ask(method)
            if found is not None:
                data[name] = found
                if extra:
                    metadata[name] = extra
        data.pop('text/plain', None)
        if not data:
            figure = sys.modules.get('matplotlib.figure')
            if figure is not None and isinstance(value, figure.Figure):
                data['image/png'] = png(value)
                shown(value)
        return data, metadata

    def position():
        out = sys.stdout
        return out.tell() if out is state['out'] else None

    def show(value, is_value):
        data, metadata = rich(value)
        start = position()
        text = repr(value) + '\n'
        sys.stdout.write(text)
        if start is not None:
            end = position()
            if end is not None and end - start == len(text):
                add(data, metadata, is_value, [start, end])

    def displayhook(value):
        if value is None:
            return
        builtins._ = None
        if not state['quiet']:
            show(value, True)
        builtins._ = value

    def cell(value):
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if value - value == 0 else str(value)
        if isinstance(value, (bytes, bytearray)):
            return value.hex()
        if hasattr(value, 'asDict'):
            value = value.asDict()
        if isinstance(value, dict):
            return {str(key): cell(item) for key, item in value.items()}
        if isinstance(value, (list, tuple, set)):
            return [cell(item) for item in value]
        return str(value)

    def table(frame, rows):
        found = frame.take(rows + 1)
        start = position()
        text = repr(frame) + '\n'
        sys.stdout.write(text)
        columns = [
            {'name': field.name, 'type': field.dataType.simpleString(), 'nullable': field.nullable}
            for field in frame.schema.fields
        ]
        body = {'columns': columns, 'rows': [[cell(item) for item in row] for row in found[:rows]]}
        if len(found) > rows:
            body['truncated'] = True
        if start is not None:
            add({'application/vnd.jupyterlab-emr.table.v1+json': body}, {}, False, [start, start + len(text)])

    def display(*objects, **options):
        """Show objects with their rich form: tables, pictures, HTML. Of a Spark DataFrame the first n=20 rows."""
        sql = sys.modules.get('pyspark.sql')
        for value in objects:
            if options.get('raw') and isinstance(value, dict):
                at = position()
                data = dict(value)
                text = str(data.pop('text/plain', '')) + '\n'
                sys.stdout.write(text)
                if at is not None:
                    add(data, options.get('metadata') or {}, False, [at, at + len(text)])
            elif sql is not None and isinstance(value, sql.DataFrame):
                table(value, int(options.get('n', 20)))
            else:
                show(value, False)

    def png(figure):
        image = io.BytesIO()
        figure.savefig(image, format='png', bbox_inches='tight')
        return base64.b64encode(image.getvalue()).decode('ascii')

    def managers():
        helpers = sys.modules.get('matplotlib._pylab_helpers')
        plt = sys.modules.get('matplotlib.pyplot')
        if helpers is None or plt is None or sys.modules['matplotlib'].get_backend().lower() != 'agg':
            return []
        return helpers.Gcf.get_all_fig_managers()

    def shown(figure):
        """A figure that has been seen is closed: the next plot is another. %matplot may still ask for it."""
        for manager in managers():
            if manager.canvas.figure is figure:
                state['last'] = figure
                sys.modules['matplotlib.pyplot'].close(figure)

    def figures():
        end = position()
        for manager in managers():
            figure = manager.canvas.figure
            if any(figure is item for item in kept) and not figure.stale:
                continue
            if figure.axes or figure.lines or figure.texts or figure.images:
                add({'image/png': png(figure)}, {}, False, [end, end] if end is not None else None)
                shown(figure)

    def adapt(plt):
        import matplotlib

        try:
            name = matplotlib.rcParams._get('backend') if hasattr(matplotlib.rcParams, '_get') else None
            if name is not None and not isinstance(name, str):
                matplotlib.use('agg')
        except Exception:
            pass
        old_show, old_gcf = plt.show, plt.gcf

        @functools.wraps(old_show)
        def show(*args, **options):
            if matplotlib.get_backend().lower() == 'agg':
                figures()
                return None
            return old_show(*args, **options)

        @functools.wraps(old_gcf)
        def gcf():
            if state['last'] is not None and sys._getframe(1).f_code.co_name in ('magic_matplot', '_matplot'):
                if not plt.get_fignums():
                    return state['last']
            return old_gcf()

        plt.show, plt.gcf = show, gcf

    class Finder(object):
        """Adapts matplotlib.pyplot once somebody imports it: importing it ourselves would cost everybody half a second."""

        def find_spec(self, name, path=None, target=None):
            if name != 'matplotlib.pyplot':
                return None
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            spec = importlib.util.find_spec(name)
            if spec is not None and spec.loader is not None:
                run = spec.loader.exec_module

                def exec_module(module):
                    run(module)
                    try:
                        adapt(module)
                    except Exception:
                        pass

                spec.loader.exec_module = exec_module
            return spec

    def note_length():
        if sys.stdout is state['out']:
            state['length'] = len(sys.stdout.getvalue())
        clear()

    def finish(body):
        matplot = re.search(r'(?m)^%matplot\b', state['code'])
        if body['status'] == 'error':
            out, err = sys.stdout.getvalue(), sys.stderr.getvalue()
            figures()
            clear()
            said = {'stdout': out[-2000000:], 'stderr': err[-200000:], 'parts': []}
            if len(out) <= 2000000:
                said['parts'] = state['parts']
            if out or err or state['parts']:
                body['traceback'] = list(body['traceback']) + [line + json.dumps(said)]
            return
        data = body['data']
        if data.get('msg_type'):
            return
        if matplot:
            for manager in managers():
                kept.append(manager.canvas.figure)
                manager.canvas.figure.stale = False
            del kept[:-20]
        else:
            end = state['length']
            state['out'] = None
            before = len(state['parts'])
            figures()
            for part in state['parts'][before:]:
                part['at'] = [end, end]
        if data.get('text/plain') or state['parts']:
            data[mime] = {'stdout': state['length'], 'parts': state['parts']}

    @functools.wraps(plain)
    def execute_request(content):
        code = content.get('code') or ''
        if code.startswith('sc.setJobGroup("'):
            return plain(content)
        state.update(out=sys.stdout, parts=[], size=0, length=0, code=code)
        reply = plain(content)
        try:
            finish(reply['content'])
        except Exception:
            pass
        state.update(out=None, parts=[])
        return reply

    def compile_cell(source, filename, mode, *args, **options):
        if filename == '<stdin>':
            if isinstance(source, str):
                filename = '<cell-%08x>' % (zlib.crc32(source.encode('utf-8', 'surrogatepass')) & 0xffffffff)
                linecache.cache[filename] = (len(source), None, [text + '\n' for text in source.split('\n')], filename)
                sources.append(filename)
                if len(sources) > 300:
                    old = sources.popleft()
                    if old not in sources:
                        linecache.cache.pop(old, None)
                tree = compile(source, filename, mode, *args, **options)
                for node in getattr(tree, 'body', ()):
                    node.emr_file = filename
                    node.emr_quiet = source.rstrip().endswith(';')
                return tree
            first = (list(source.body) or [None])[0]
            filename = getattr(first, 'emr_file', filename)
            # A semicolon at the end of a cell: its value is not wanted, as in IPython.
            state['quiet'] = mode == 'single' and getattr(first, 'emr_quiet', False)
        return compile(source, filename, mode, *args, **options)

    execute_request.emr_plain, execute_request.emr_version = plain, version
    note_length.emr_plain = clear
    main.clearOutputs = note_length
    main.compile = compile_cell
    router['execute_request'] = execute_request
    if sys.displayhook is sys.__displayhook__ or getattr(sys.displayhook, 'emr_version', None):
        displayhook.emr_version = version
        sys.displayhook = displayhook
    if not hasattr(builtins, 'display') or getattr(builtins.display, 'emr_version', None):
        display.emr_version = version
        builtins.display = display
    if 'matplotlib.pyplot' in sys.modules:
        adapt(sys.modules['matplotlib.pyplot'])
    else:
        sys.meta_path.insert(0, Finder())


try:
    install(sc, version, mime, line)
finally:
    try:
        import json
        print(json.dumps({'ui': sc.uiWebUrl, 'app': sc.applicationId}))
    except Exception:
        pass
`;

/** Raised when the source changes: a session that has another one gets this. */
const VERSION = 1;

/** The statement that installs it. Its text is JSON: the address of the driver's UI and the application's id. */
export function preludeCode(): string {
  const names = `'sc': globals().get('sc'), 'version': ${VERSION}, 'mime': '${PARTS_MIME}', 'line': '${PARTS_LINE}'`;
  // A string literal of JSON is one of Python too.
  return `${OWN_STATEMENT}\nexec(compile(${JSON.stringify(SOURCE)}, '<jupyterlab-emr>', 'exec'), {${names}})`;
}
