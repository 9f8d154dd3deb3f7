import { createHash } from 'node:crypto';

/**
 * Python that answers questions about the session's own objects on the driver. It runs as one expression in a quick
 * statement, binds no name in the user's namespace, calls none of the user's functions, and evaluates no attribute but
 * those that were typed (as rlcompleter does): what follows a call is found by the function's return annotation.
 * Any Python from 3.6 on.
 */
const SOURCE = String.raw`
def main(ns, text):
    import ast, builtins, inspect, json, sys, types
    req = json.loads(text)
    LIMIT = 2000
    FUNCTIONS = (types.FunctionType, types.BuiltinFunctionType, types.MethodType, classmethod, staticmethod,
                 type(str.join), type(object.__init__), type({}.__contains__))
    SAME = {'filter', 'where', 'orderBy', 'sort', 'limit', 'cache', 'persist', 'distinct', 'repartition', 'coalesce',
            'sample', 'dropDuplicates', 'drop_duplicates', 'fillna', 'dropna', 'hint', 'head', 'tail', 'query',
            'sort_values', 'copy', 'checkpoint', 'localCheckpoint', 'sortWithinPartitions', 'unionAll', 'union'}

    def kind(o):
        t = type(o)
        if issubclass(t, type): return 'class'
        if issubclass(t, types.ModuleType): return 'module'
        if issubclass(t, FUNCTIONS): return 'function'
        if issubclass(t, property): return 'property'
        return 'instance'

    def frame(cls):
        for c in getattr(cls, '__mro__', ()):
            m = c.__module__ or ''
            if c.__name__ == 'DataFrame' and (m.startswith('pyspark.sql.') or m.startswith('pyspark.pandas.')
                                              or m.startswith('pandas.core.')):
                return m.split('.')[0] if not m.startswith('pyspark.pandas') else 'pandas'
        return None

    def find(name, home):
        for module in (home, 'pyspark.sql', 'pyspark.sql.dataframe', 'pyspark.sql.column', 'pyspark.sql.group',
                       'pyspark.sql.session', 'pyspark.sql.readwriter', 'pyspark.sql.window', 'pyspark.sql.types',
                       'pyspark.sql.streaming', 'pyspark.rdd', 'pandas'):
            found = getattr(sys.modules.get(module), name, None)
            if isinstance(found, type): return found
        if name == 'PandasDataFrameLike': return find('DataFrame', 'pandas')
        raise LookupError(name)

    def named(a, scope, owner):
        if isinstance(a, type): return a
        if isinstance(a, str):
            n = ast.parse(a.strip(), mode='eval').body
            while True:
                if isinstance(n, ast.BinOp): n = n.left
                elif isinstance(n, ast.Subscript):
                    inner = getattr(n.slice, 'value', n.slice) if type(n.slice).__name__ == 'Index' else n.slice
                    if getattr(n.value, 'id', getattr(n.value, 'attr', '')) == 'Optional': n = inner
                    else: n = n.value
                else: break
            const = getattr(n, 'value', getattr(n, 's', None))
            if isinstance(const, str) and not isinstance(n, ast.Attribute): return named(const, scope, owner)
            name = getattr(n, 'id', getattr(n, 'attr', None))
            if name is None: raise LookupError(a)
            if name == 'Self': return owner
            found = scope.get(name, getattr(builtins, name, None))
            if isinstance(found, type): return found
            if found is not None and not isinstance(found, str):
                try: return named(found, scope, owner)
                except Exception: pass
            return find(name, getattr(owner, '__module__', ''))
        forward = getattr(a, '__forward_arg__', None)
        if forward: return named(forward, scope, owner)
        args = [x for x in getattr(a, '__args__', None) or () if x is not type(None)]
        origin = getattr(a, '__origin__', None)
        if isinstance(origin, type): return origin
        if origin is not None and args: return named(args[0], scope, owner)
        bound = getattr(a, '__bound__', None)
        if bound is not None or type(a).__name__ == 'TypeVar': return owner
        raise LookupError(str(a))

    def returned(f, owner):
        f = inspect.unwrap(getattr(f, '__func__', f))
        return named(getattr(f, '__annotations__', {}).get('return'), getattr(f, '__globals__', {}), owner)

    # ('o', object) | ('t', its class, for a value that is not there) | ('f', function, class it is a method of)
    def resolve(n):
        if isinstance(n, ast.Name):
            return ('o', ns[n.id]) if n.id in ns else ('o', getattr(builtins, n.id))
        if isinstance(n, ast.Attribute):
            v = resolve(n.value)
            if v[0] == 'o': return 'o', getattr(v[1], n.attr)
            s = inspect.getattr_static(v[1], n.attr)
            if isinstance(s, property): return 't', returned(s.fget, v[1])
            s = getattr(s, '__func__', s)
            if isinstance(s, FUNCTIONS): return 'f', s, v[1]
            raise LookupError(n.attr)
        if isinstance(n, ast.Call):
            v = resolve(n.func)
            if v[0] == 'f': return 't', returned(v[1], v[2])
            if v[0] == 'o' and isinstance(v[1], type): return 't', v[1]
            if v[0] == 'o': return 't', returned(v[1], type(getattr(v[1], '__self__', None)))
        if isinstance(n, ast.Subscript):
            v = resolve(n.value)
            key = getattr(n.slice, 'value', n.slice) if type(n.slice).__name__ == 'Index' else n.slice
            cls = v[1] if v[0] == 't' else type(v[1])
            library = frame(cls)
            if library:
                many = isinstance(key, (ast.List, ast.Compare, ast.BinOp, ast.Call, ast.UnaryOp))
                if many: return 't', cls
                return 't', find('Column' if library == 'pyspark' else 'Series', library)
            if v[0] == 'o' and type(v[1]) in (dict, list, tuple): return 'o', v[1][ast.literal_eval(key)]
        for types_, cls in (((ast.List, ast.ListComp), list), ((ast.Dict, ast.DictComp), dict), (ast.Tuple, tuple),
                            ((ast.Set, ast.SetComp), set), (ast.JoinedStr, str)):
            if isinstance(n, types_): return 't', cls
        return 't', type(ast.literal_eval(n))

    def parse(text):
        return ast.parse(text.strip(), mode='eval').body

    def statics(v):
        d = {}
        for c in reversed(v.__mro__ if isinstance(v, type) else type(v).__mro__): d.update(c.__dict__)
        if not isinstance(v, type):
            try: d.update(object.__getattribute__(v, '__dict__'))
            except Exception: pass
        return d

    def columns(v):
        library = frame(type(v))
        return [c for c in list(v.columns)[:LIMIT] if isinstance(c, str)] if library else []

    def attrs(text):
        v = resolve(parse(text))
        o = inspect.unwrap(v[1]) if v[0] == 'f' else v[1]
        d = statics(o)
        names = [n for n in dir(o) if isinstance(n, str)]
        known = set(names)
        found = [[n, kind(d[n]) if n in d else 'instance'] for n in names]
        if v[0] == 'o':
            found += [[c, 'instance'] for c in columns(o) if c.isidentifier() and c not in known]
        return found

    def base(n):
        while isinstance(n, ast.Call) and isinstance(n.func, ast.Attribute) and n.func.attr in SAME: n = n.func.value
        return n

    def keys(n):
        v = resolve(base(n))
        if v[0] != 'o': return []
        o = v[1]
        if isinstance(o, dict): found = dict.keys(o)
        elif frame(type(o)): return [[c, 'property'] for c in columns(o)]
        elif type(o).__name__ == 'Series' and type(o).__module__.startswith('pandas.'): found = o.index[:LIMIT]
        elif type(o).__name__ == 'Row' and type(o).__module__.startswith('pyspark.'): found = o.__fields__
        elif type(o).__name__ == 'ndarray': found = o.dtype.names or ()
        elif hasattr(type(o), '_ipython_key_completions_'): found = o._ipython_key_completions_()
        else: found = ()
        out = []
        for k in found:
            if len(out) >= LIMIT: break
            if type(k) is str: out.append([k, 'property'])
        return out

    def signature(v):
        f = v[1]
        s = inspect.signature(f)
        if v[0] == 'f' and not isinstance(f, types.MethodType):
            ps = list(s.parameters.values())
            if ps and ps[0].name in ('self', 'cls'): s = s.replace(parameters=ps[1:])
        return s

    def params(text):
        v = resolve(parse(text))
        if v[0] == 't' or not callable(v[1]): return []
        return [[p.name + '=', 'param'] for p in signature(v).parameters.values()
                if p.kind in (p.POSITIONAL_OR_KEYWORD, p.KEYWORD_ONLY)]

    def names():
        found = [[n, kind(o)] for n, o in list(ns.items()) if isinstance(n, str)]
        return found + [[n, kind(getattr(builtins, n))] for n in dir(builtins) if n not in ns]

    def paths(package):
        import importlib.machinery
        where = None
        parts = package.split('.')
        for i in range(len(parts)):
            module = sys.modules.get('.'.join(parts[:i + 1]))
            if module is not None: where = list(getattr(module, '__path__', ()))
            else:
                spec = importlib.machinery.PathFinder.find_spec('.'.join(parts[:i + 1]), where)
                where = list(spec.submodule_search_locations or ()) if spec else []
        return where

    def modules(package):
        import pkgutil
        found = [] if package else list(sys.builtin_module_names)
        found += [m.name for m in pkgutil.iter_modules(paths(package) if package else None)]
        return [[n, 'module'] for n in sorted(set(found))]

    def members(package):
        module = sys.modules.get(package)
        if module is None:
            import importlib.machinery
            spec = importlib.machinery.PathFinder.find_spec(package, paths(package.rpartition('.')[0]) or None)
            with open(spec.origin, encoding='utf-8') as file: tree = ast.parse(file.read(1000000))
            found = []
            for n in tree.body:
                if isinstance(n, (ast.FunctionDef, ast.AsyncFunctionDef)): found.append([n.name, 'function'])
                elif isinstance(n, ast.ClassDef): found.append([n.name, 'class'])
                elif isinstance(n, ast.Assign):
                    found += [[t.id, 'instance'] for t in n.targets if isinstance(t, ast.Name)]
            own = []
        else:
            found = [[n, kind(o)] for n, o in list(vars(module).items())]
            own = list(getattr(module, '__all__', ()))
        known = {n for n, _ in found}
        return found + [[n, 'instance'] for n in own if n not in known] + [m for m in modules(package) if m[0] not in known]

    def schema(v):
        if v[0] != 'o': return None
        library = frame(type(v[1]))
        if library == 'pyspark':
            return [[f.name, f.dataType.simpleString()[:500], f.nullable] for f in v[1].schema.fields[:1000]]
        if library == 'pandas':
            return [[str(n), str(t), None] for n, t in list(v[1].dtypes.items())[:1000]]
        return None

    def look(text, detail):
        v = resolve(parse(text))
        o = v[1]
        cls = o if v[0] == 't' else type(o)
        out = {'name': text.strip(), 'type': (cls.__module__ + '.' if cls.__module__ != 'builtins' else '') + cls.__qualname__}
        if v[0] == 'f': out['type'] = 'function'
        if v[0] != 't' and callable(o):
            try: out['signature'] = str(signature(v))[:4000]
            except Exception: pass
        try: out['doc'] = (inspect.getdoc(o) or '')[:20000]
        except Exception: pass
        if v[0] == 'o' and type(o) in (int, float, bool, complex, type(None)): out['value'] = repr(o)[:300]
        elif v[0] == 'o' and type(o) in (str, bytes): out['value'] = repr(o[:200]) + ('…' if len(o) > 200 else '')
        if v[0] == 'o' and type(o) in (str, bytes, list, dict, tuple, set, frozenset): out['length'] = len(o)
        try: out['schema'] = schema(v)
        except Exception: pass
        if frame(cls) == 'pandas' and v[0] == 'o': out['shape'] = list(o.shape)
        if detail:
            try:
                target = inspect.unwrap(o)
                out['source'] = inspect.getsource(target if kind(target) != 'instance' else cls)[:50000]
                out['file'] = inspect.getsourcefile(target if kind(target) != 'instance' else cls)
            except Exception: pass
        return out

    try:
        what, text = req['what'], req.get('text', '')
        if what == 'inspect': answer = look(text, req.get('detail'))
        else:
            answer = (names() if what == 'names' else attrs(text) if what == 'attrs' else params(text) if what == 'params'
                      else keys(parse(text)) if what == 'keys' else modules(text) if what == 'modules' else members(text))
            prefix = req.get('prefix')
            if prefix: answer = [m for m in answer if m[0].lower().startswith(prefix.lower())]
            answer = {'items': answer[:LIMIT], 'more': len(answer) > LIMIT}
    except Exception:
        answer = {}
    return json.dumps(answer)
`;

/** What is asked of the driver. */
export interface IQuestion {
  /** `keys`: what `text[…]` may hold; `modules`, `members`: of the package `text`. */
  what: 'names' | 'attrs' | 'keys' | 'params' | 'modules' | 'members' | 'inspect';
  /** An expression, or the name of a package. */
  text?: string;
  /** Only what begins like this, where the whole list was too long. */
  prefix?: string;
  detail?: 0 | 1;
}

/** Name under which the driver keeps the compiled code: in `sys.modules`, not in the user's namespace. */
const MODULE = `_jupyterlab_emr_${createHash('sha256').update(SOURCE).digest('hex').slice(0, 8)}`;

/** What the short statement prints where the driver does not have the code. */
export const NOT_THERE = 'None';

/**
 * One statement that prints the answer as a line of JSON.
 *
 * @param whole - with the code; else it is short, and prints {@link NOT_THERE} where the driver does not have the code
 */
export function questionCode(question: IQuestion, whole: boolean): string {
  const text = JSON.stringify(JSON.stringify(question));
  return whole
    ? `print((lambda sys, name: (sys.modules.get(name) or (lambda module: (exec(${JSON.stringify(SOURCE)}, module.__dict__), ` +
        `sys.modules.__setitem__(name, module)))(type(sys)(name)), sys.modules[name].main(globals(), ${text}))[1])` +
        `(__import__('sys'), '${MODULE}'))`
    : `print((lambda module: module and module.main(globals(), ${text}))(__import__('sys').modules.get('${MODULE}')))`;
}
