"""Every answer of the account against the service's own model, on the wire: before boto3 drops what it does not know."""

from __future__ import annotations

import json
import re

from botocore.parsers import RpcV2CBORParser

#: Errors that every service may answer, whatever its model lists.
COMMON = {
    "AccessDeniedException",
    "ExpiredTokenException",
    "InternalFailure",
    "InvalidSignatureException",
    "MissingAuthenticationTokenException",
    "SerializationException",
    "ServiceUnavailable",
    "ThrottlingException",
    "UnknownOperationException",
    "UnrecognizedClientException",
    "ValidationException",
}


def check_every_answer(session) -> None:
    """Fail the call whose answer does not fit the model."""
    session.register("before-parse", check)


def check(operation_model, response_dict, **_):
    content_type = response_dict["headers"].get("content-type", "")
    assert "html" not in content_type, "never HTML"
    assert response_dict["headers"].get("x-amzn-requestid")
    body = response_dict["body"]
    if "xml" in content_type:
        return  # the query protocol's answers are looked at after parsing
    if "cbor" in content_type:
        assert response_dict["headers"].get("smithy-protocol") == "rpc-v2-cbor"
        parser = RpcV2CBORParser()
        value = parser.parse_data_item(parser.get_peekable_stream_from_bytes(body))
    else:
        rest = operation_model.service_model.metadata["protocol"] == "rest-json"
        assert content_type == ("application/json" if rest else "application/x-amz-json-1.1")
        value = json.loads(body)
        if rest and response_dict["status_code"] >= 400:
            check_rest_error(operation_model, response_dict, value)
            return
    if response_dict["status_code"] >= 400:
        code = value["__type"]
        assert response_dict["headers"].get("x-amzn-errortype") == code
        assert value.get("message") and value["message"] == value.get("Message")
        known = {shape.name for shape in operation_model.error_shapes}
        assert code in COMMON | known, f"{operation_model.name} does not answer {code}: {sorted(known)}"
    elif operation_model.output_shape is not None:
        check_value(operation_model.output_shape, value, operation_model.name, "cbor" in content_type)


def check_rest_error(operation_model, response_dict, value) -> None:
    code = response_dict["headers"]["x-amzn-errortype"]
    assert value.get("message")
    known = {shape.name: shape for shape in operation_model.error_shapes}
    assert code in COMMON | set(known), f"{operation_model.name} does not answer {code}: {sorted(known)}"
    if code in known:
        assert response_dict["status_code"] == known[code].metadata.get("error", {}).get(
            "httpStatusCode", 400
        )


def check_value(shape, value, path: str, is_cbor: bool) -> None:
    kind = shape.type_name
    if kind == "structure":
        assert isinstance(value, dict), f"{path}: {value!r}"
        unknown = set(value) - set(shape.members)
        assert not unknown, f"{path} has no members {unknown}"
        for name in shape.required_members:
            assert value.get(name) is not None, f"{path}.{name} is required"
        for name, member in value.items():
            assert member is not None, f"{path}.{name} is null"
            check_value(shape.members[name], member, f"{path}.{name}", is_cbor)
    elif kind == "list":
        assert isinstance(value, list), f"{path}: {value!r}"
        for index, member in enumerate(value):
            check_value(shape.member, member, f"{path}[{index}]", is_cbor)
    elif kind == "map":
        assert isinstance(value, dict), f"{path}: {value!r}"
        for name, member in value.items():
            check_value(shape.value, member, f"{path}[{name}]", is_cbor)
    elif kind == "string":
        assert isinstance(value, str), f"{path}: {value!r}"
        check_string(shape, value, path)
    elif kind in ("integer", "long"):
        assert isinstance(value, int) and not isinstance(value, bool), f"{path}: {value!r}"
    elif kind in ("double", "float"):
        assert isinstance(value, (int, float)) and not isinstance(value, bool), f"{path}: {value!r}"
    elif kind == "boolean":
        assert isinstance(value, bool), f"{path}: {value!r}"
    elif kind == "timestamp":
        if is_cbor:
            assert hasattr(value, "year"), f"{path} carries no timestamp tag: {value!r}"
        else:
            assert isinstance(value, (int, float)) and 1e9 < value < 1e10, (
                f"{path} is not in seconds: {value!r}"
            )
    else:
        raise AssertionError(f"{path}: no check for {kind}")


def check_string(shape, value: str, path: str) -> None:
    enum = getattr(shape, "enum", None)
    assert not enum or value in enum, f"{path}: {value!r} is none of {enum}"
    limits = shape.metadata
    assert len(value) >= limits.get("min", 0), f"{path} is too short: {value!r}"
    assert len(value) <= limits.get("max", len(value)), f"{path} is too long: {value!r}"
    pattern = limits.get("pattern")
    if pattern and not re.search(r"\\[up]", pattern):  # Java classes that Python has not
        assert re.fullmatch(pattern, value), f"{path}: {value!r} does not match {pattern}"
