"""Pages of this app inside the admin: see bookstore/staff_menu.py."""

from django.utils.translation import gettext_lazy as _

from bookstore.staff_menu import StaffPage

from .views import stock_takes

COUNT, LOOK = "catalog.add_stockmovement", "shop.view_stocktake"
OF_A_TAKE = "stock-takes/<int:take_id>/"

STOCK_TAKES = [
    StaffPage(
        name="stock_take_list",
        route="stock-takes/",
        view=stock_takes.stock_take_list,
        permission=LOOK,
        title=_("Stock takes"),
    ),
    StaffPage(
        name="stock_take_begin",
        route="stock-takes/begin/",
        view=stock_takes.stock_take_begin,
        permission=COUNT,
    ),
    StaffPage(
        name="stock_take_detail",
        route=OF_A_TAKE,
        view=stock_takes.stock_take_detail,
        permission=LOOK,
    ),
    StaffPage(
        name="stock_take_csv",
        route=f"{OF_A_TAKE}lines.csv",
        view=stock_takes.stock_take_csv,
        permission=LOOK,
    ),
    *(
        StaffPage(
            name=f"stock_take_{act}",
            route=f"{OF_A_TAKE}{act}/",
            view=getattr(stock_takes, f"stock_take_{act}"),
            permission=COUNT,
        )
        for act in ("count", "change", "total", "again", "missing", "review", "abandon")
    ),
]

PAGES = [*STOCK_TAKES]
