"""The shop's own pages inside the admin: see bookstore/staff_menu.py."""

from django.utils.translation import gettext_lazy as _

from bookstore.staff_menu import StaffPage

from .views import by_hand, feeds, order_mails, picking, receiving, stock_takes

STOCK = "catalog.add_stockmovement"
LOOK_AT_GOODS_IN = "shop.view_goodsin"
GOODS_IN = "goods-in/<int:delivery_id>/"

LOOK_AT_COUNTS = "shop.view_stocktake"
OF_A_TAKE = "stock-takes/<int:take_id>/"

LOOK_AT_FEEDS, UPLOAD_FEEDS = "shop.view_feedupload", "shop.add_feedupload"
OF_A_FEED = "feeds/<int:upload_id>/"

FEEDS = [
    StaffPage("feed_list", "feeds/", feeds.feed_list, LOOK_AT_FEEDS, title=_("Feeds")),
    StaffPage("feed_upload", "feeds/new/", feeds.feed_upload, UPLOAD_FEEDS),
    StaffPage("feed_detail", OF_A_FEED, feeds.feed_detail, LOOK_AT_FEEDS),
    StaffPage("feed_apply", f"{OF_A_FEED}apply/", feeds.feed_apply, UPLOAD_FEEDS),
    StaffPage("feed_drop", f"{OF_A_FEED}drop/", feeds.feed_drop, UPLOAD_FEEDS),
    StaffPage("feed_again", f"{OF_A_FEED}again/", feeds.feed_again, UPLOAD_FEEDS),
    StaffPage("feed_changes_csv", f"{OF_A_FEED}changes.csv", feeds.feed_changes_csv, LOOK_AT_FEEDS),
    StaffPage(
        "feed_problems_csv", f"{OF_A_FEED}problems.csv", feeds.feed_problems_csv, LOOK_AT_FEEDS
    ),
    StaffPage(
        "feed_run_problems_csv",
        "feeds/runs/<int:run_id>/problems.csv",
        feeds.feed_run_problems_csv,
        "shop.view_feedproblem",
    ),
]

STOCK_TAKES = [
    StaffPage(
        name="stock_take_list",
        route="stock-takes/",
        view=stock_takes.stock_take_list,
        permission=LOOK_AT_COUNTS,
        title=_("Stock takes"),
    ),
    StaffPage(
        name="stock_take_begin",
        route="stock-takes/begin/",
        view=stock_takes.stock_take_begin,
        permission=STOCK,
    ),
    StaffPage(
        name="stock_take_detail",
        route=OF_A_TAKE,
        view=stock_takes.stock_take_detail,
        permission=LOOK_AT_COUNTS,
    ),
    StaffPage(
        name="stock_take_csv",
        route=f"{OF_A_TAKE}lines.csv",
        view=stock_takes.stock_take_csv,
        permission=LOOK_AT_COUNTS,
    ),
    *(
        StaffPage(
            name=f"stock_take_{act}",
            route=f"{OF_A_TAKE}{act}/",
            view=getattr(stock_takes, f"stock_take_{act}"),
            permission=STOCK,
        )
        for act in ("count", "change", "total", "again", "missing", "review", "abandon")
    ),
]

PAGES = [
    StaffPage("book_stock", "catalog/book/<int:book_id>/stock/", by_hand.book_stock, STOCK),
    StaffPage("goods_in", "goods-in/", receiving.goods_in, LOOK_AT_GOODS_IN, _("Receive stock")),
    StaffPage("goods_in_aside", f"{GOODS_IN}lines/<int:line_id>/aside/", receiving.aside, STOCK),
    StaffPage(
        "goods_in_book",
        f"{GOODS_IN}lines/<int:line_id>/book/",
        receiving.new_book,
        "catalog.add_book",
    ),
    StaffPage("goods_in_delivery", GOODS_IN, receiving.delivery, STOCK),
    StaffPage("goods_in_discard", f"{GOODS_IN}discard/", receiving.discard, STOCK),
    StaffPage("goods_in_line", f"{GOODS_IN}lines/<int:line_id>/", receiving.line, STOCK),
    StaffPage("goods_in_post", f"{GOODS_IN}post/", receiving.post, STOCK),
    StaffPage("goods_in_posted", f"{GOODS_IN}posted/", receiving.posted, LOOK_AT_GOODS_IN),
    StaffPage("goods_in_shelves", f"{GOODS_IN}shelves/", receiving.shelves, LOOK_AT_GOODS_IN),
    # Whoever posts the books may write to their reader again that they are on their way.
    StaffPage(
        "shop_order_mail_again",
        "shop/order/<int:order_id>/mails/<int:mail_id>/again/",
        order_mails.order_mail_again,
        "shop.post_order",
    ),
    StaffPage(
        name="shop_pick_list",
        route="pick-list/",
        view=picking.pick_list,
        permission="shop.post_order",
        title=_("Pick list"),
    ),
    *STOCK_TAKES,
    *FEEDS,
]
