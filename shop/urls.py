from django.urls import path

from .views import basket, checkout, finding, held, orders, payments, wishes, withdrawing

app_name = "shop"

urlpatterns = [
    path("basket/", basket.basket_detail, name="basket_detail"),
    path("basket/add/<ean>/", basket.basket_add, name="basket_add"),
    path("basket/items/<int:item_id>/", basket.basket_item_update, name="basket_item_update"),
    path(
        "basket/items/<int:item_id>/remove/", basket.basket_item_remove, name="basket_item_remove"
    ),
    path("basket/items/<int:item_id>/save/", basket.basket_item_save, name="basket_item_save"),
    path(
        "basket/items/<int:item_id>/restore/",
        basket.basket_item_restore,
        name="basket_item_restore",
    ),
    path("basket/from-wishlist/<ean>/", wishes.wishlist_to_basket, name="wishlist_to_basket"),
    path(
        "basket/from-wishlist/all/<int:list_id>/",
        wishes.wishlist_all_to_basket,
        name="wishlist_all_to_basket",
    ),
    path("basket/undo/", basket.basket_undo, name="basket_undo"),
    path("prebooks/place/<uuid:key>/accept/", held.held_to_basket, name="held_to_basket"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("checkout/payment/", checkout.checkout_payment, name="checkout_payment"),
    path("checkout/voucher/", checkout.voucher_use, name="voucher_use"),
    path("checkout/voucher/drop/", checkout.voucher_drop, name="voucher_drop"),
    path("orders/", orders.order_list, name="order_list"),
    path("orders/find/", finding.order_find, name="order_find"),
    path("orders/open/<token>/", orders.order_open, name="order_open"),
    path("orders/<number>/", orders.order_detail, name="order_detail"),
    path("orders/<number>/invoice/", orders.order_invoice, name="order_invoice"),
    path("orders/<number>/again/", orders.order_again, name="order_again"),
    path("orders/<number>/cancel/", orders.order_cancel, name="order_cancel"),
    path("orders/<number>/pay/", payments.order_pay, name="order_pay"),
    path("orders/<number>/paid/", payments.order_paid, name="order_paid"),
    path("withdraw/", withdrawing.withdraw, name="withdraw"),
    path("withdraw/confirm/", withdrawing.withdraw_confirm, name="withdraw_confirm"),
    path("withdraw/done/", withdrawing.withdraw_done, name="withdraw_done"),
    path("payments/<provider>/webhook/", payments.payment_webhook, name="payment_webhook"),
    path("orders/<number>/demo-payment/", payments.demo_payment, name="demo_payment"),
]
