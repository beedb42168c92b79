"""Console page of brands that articles and pushes name: added, renamed, retired, deleted while nothing names them."""

from functools import partial

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from broadcasts.actions import brands, naming
from broadcasts.models.library import Brand
from broadcasts.permissions import LIBRARY_SEE, LIBRARY_WRITE
from broadcasts.queries import columns as queries
from console import access, act
from console.stamps import Editable, Kept
from wechat_bot.services import current_services


@access.allow(LIBRARY_SEE)
def brand_list() -> ResponseReturnValue:
    """List the brands by their names, with the articles that name them."""
    with current_services().reading() as session:
        lines = queries.brands(session, with_retired=True)
    return render_template("broadcasts/console/brands.html", lines=lines, kept=kept)


@access.allow(LIBRARY_WRITE)
def new_brand() -> ResponseReturnValue:
    """Add a brand."""
    with act.transaction() as (session, _, note):
        brand = brands.add(session, request.form.get("name", ""))
        note("brand.save", f"brand:{brand.id}", brand.name)
        said = f"品牌“{brand.name}”已新建。"
    return act.done(url_for("broadcasts_pages.brand_list"), said)


@access.allow(LIBRARY_WRITE)
def change_brand(brand_id: int) -> ResponseReturnValue:
    """Rename a brand."""
    with act.transaction(over=_editable(brand_id)) as (session, _, note):
        brand = brands.rename(session, brand_id, request.form.get("name", ""))
        note("brand.save", detail=brand.name)
        said = f"品牌“{brand.name}”已修改。"
    return act.done(url_for("broadcasts_pages.brand_list"), said)


@access.allow(LIBRARY_WRITE)
def retire_brand(brand_id: int) -> ResponseReturnValue:
    """Retire a brand: it is no longer offered."""
    with act.transaction() as (session, now, note):
        name = naming.retire(session, Brand, brand_id, now=now).name
        note("brand.retire", f"brand:{brand_id}", name)
    back: tuple[str, dict[str, str]] = (url_for("broadcasts_pages.return_brand", brand_id=brand_id), {})
    return act.done(url_for("broadcasts_pages.brand_list"), f"品牌“{name}”已停用，写文章时不再列出。", undo=back)


@access.allow(LIBRARY_WRITE)
def return_brand(brand_id: int) -> ResponseReturnValue:
    """Offer a retired brand again."""
    with act.transaction() as (session, _, note):
        name = naming.bring_back(session, Brand, brand_id).name
        note("brand.return", f"brand:{brand_id}", name)
    return act.done(url_for("broadcasts_pages.brand_list"), f"品牌“{name}”又能用了。")


@access.allow(LIBRARY_WRITE)
def delete_brand(brand_id: int) -> ResponseReturnValue:
    """Delete a brand that nothing names."""
    with act.transaction(over=_editable(brand_id)) as (session, _, note):
        name = brands.discard(session, brand_id)
        note("brand.delete", detail=name)
    return act.done(url_for("broadcasts_pages.brand_list"), f"品牌“{name}”已删除。")


def kept(line: queries.BrandLine | Brand | None) -> Kept:
    """The editable values of a brand, as labels and texts; empty where there is none."""
    return {"名称": line.name} if line else {}


def _editable(brand_id: int) -> Editable:
    return Editable(
        f"brand:{brand_id}", select(Brand.id).where(Brand.id == brand_id), partial(_kept, brand_id=brand_id)
    )


def _kept(session: Session, brand_id: int) -> Kept:
    return kept(session.get(Brand, brand_id))
