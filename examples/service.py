"""A service for tests of QTI 3.0 on top of qtimodel: two operations of the QTI API, and creating a test, over a folder of files.

    QTI_TESTS=tests-data uvicorn --factory --app-dir examples service:create_app

A proof that the library carries a service, not a product: README.md says what is missing.

Strategy: HTTP comes in, objects or XML go to `api.AssessmentTests`, what that returns or raises goes out. The library reads bodies and knows every
answer; here it is decided only what a media type means, and that no answer has another form than the API's.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping
from email.message import Message
from http import HTTPStatus
from typing import Annotated, Any, TypeAlias

from fastapi import Depends, FastAPI, Request, Response
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from qtimodel import ApiError, DocumentError, api, json_text, schema

__all__ = ["create_app"]

JSON: TypeAlias = dict[str, Any]
_JSON, _XML = "application/json", ("application/xml", "text/xml")


async def _read(request: Request) -> bytes:
    """The body as it was sent: FastAPI must not read it, because its errors are not those of the API."""
    return await request.body()


Body: TypeAlias = Annotated[bytes, Depends(_read)]


def create_app(store: MutableMapping[str, JSON] | None = None) -> FastAPI:
    """The service over a store, or over the folder that the environment variable `QTI_TESTS` names."""
    tests = api.AssessmentTests(api.FolderStore(os.environ.get("QTI_TESTS", "tests-data")) if store is None else store)
    app = FastAPI(title="Tests of QTI 3.0", redirect_slashes=False)

    # Plain functions, which FastAPI runs in threads: the library is synchronous, and safe in them.

    @app.post(
        "/assessment-tests",
        status_code=201,
        responses=_answers(201, "AssessmentTest", 400, 409, 500),
        openapi_extra=_request("AssessmentTestRequest", xml=True),
    )
    def create_assessment_test(request: Request, body: Body) -> Response:
        """Create a test from JSON or XML."""
        return JSONResponse(tests.create(_sent(request, body)), 201)

    @app.get("/assessment-tests/{identifier}", responses=_answers(200, "AssessmentTest", 404, 500, xml=True))
    def get_assessment_test(request: Request, identifier: str) -> Response:
        """Get a test; as XML, if `Content-Type` says so, or, without one, the first of `Accept`."""
        if (_media_type(request, "content-type") or _media_type(request, "accept")) in _XML:
            return Response(api.xml_bytes(tests.get(identifier, format="xml")), media_type=f"{_XML[0]}; charset=utf-8")
        return JSONResponse(tests.get(identifier))

    @app.post(
        "/assessment-tests/{assessmentTestIdentifier}/test-parts/{testPartIdentifier}/sections",
        status_code=201,
        responses=_answers(201, "Section", 400, 404, 500, 501),
        openapi_extra=_request("Section"),
    )
    def create_section(request: Request, assessmentTestIdentifier: str, testPartIdentifier: str, body: Body) -> Response:  # noqa: N803 - as the API has it
        """Create a section in a part of a test."""
        return JSONResponse(tests.create_section(assessmentTestIdentifier, testPartIdentifier, _sent(request, body)), 201)

    @app.exception_handler(ApiError)
    def refused(_: Request, error: ApiError) -> Response:
        return JSONResponse(error.body, error.status)

    @app.exception_handler(HTTPException)
    def not_served(_: Request, error: HTTPException) -> Response:
        """No such path or method: FastAPI's own answer has another form than the API's."""
        return JSONResponse({"error": error.detail}, error.status_code, error.headers)

    @app.exception_handler(Exception)
    def failed(_: Request, error: Exception) -> Response:
        """What nobody expected; the server logs it with its traceback."""
        return JSONResponse({"error": "Internal Server Error", "message": "The request could not be served", "details": str(error)}, 500)

    def described() -> JSON:
        """The OpenAPI document, with the library's schemas, and without 422, which FastAPI adds for parameters that it checks."""
        document = get_openapi(title=app.title, version=app.version, routes=app.routes)
        for operation in (operation for path in document["paths"].values() for operation in path.values()):
            operation["responses"].pop("422", None)
        return document | {"components": schema.openapi_components()}

    app.openapi = described  # type: ignore[method-assign]
    return app


def _media_type(request: Request, header: str) -> str:
    """The first media type in a header, without parameters."""
    return request.headers.get(header, "").partition(",")[0].partition(";")[0].strip().lower()


def _sent(request: Request, body: bytes) -> Any:
    """What a request brings: JSON as an object, XML as it is. Raises `ApiError`."""
    kind = _media_type(request, "content-type")
    if kind not in (_JSON, *_XML):
        raise ApiError(400, "Unsupported content type", f"`Content-Type` is `{kind}`; expected one of {', '.join([_JSON, *_XML])}")
    header = Message()
    header["Content-Type"] = request.headers["content-type"]
    charset = header.get_content_charset()
    try:
        document = body if charset is None else api.decoded(body, charset)
        if kind in _XML:
            return document
        value = json_text.loads(document)
    except DocumentError as problem:
        raise ApiError(400, "Invalid XML" if kind in _XML else "Invalid JSON", str(problem), issues=problem.issues) from problem
    if not isinstance(value, dict):  # a text would be taken for a document of its own
        raise ApiError(400, "Invalid JSON", "the body is no object (at $)")
    return value


# -- what the interactive documentation shows ------------------------------------------------------------------------------


def _content(name: str, *, xml: bool = False) -> JSON:
    """The forms of a body: JSON, with a schema of the library, and XML."""
    return {_JSON: {"schema": {"$ref": f"#/components/schemas/{name}"}}} | ({_XML[0]: {"schema": {"type": "string"}}} if xml else {})


def _request(name: str, *, xml: bool = False) -> JSON:
    """The body that an operation needs."""
    return {"requestBody": {"required": True, "content": _content(name, xml=xml)}}


def _answers(success: int, name: str, *errors: int, xml: bool = False) -> dict[int | str, JSON]:
    """What an operation answers. The library calls the bodies of errors by their status."""
    content = {success: _content(name, xml=xml)} | {status: _content(HTTPStatus(status).phrase.replace(" ", "")) for status in errors}
    return {status: {"description": HTTPStatus(status).phrase, "content": forms} for status, forms in content.items()}
