//! `plenary.ticketing.v1.OrderService`.

use kit_rpc::RequestExt as _;
use plenary_proto::ticketing::v1::order_service_server::OrderService;
use plenary_proto::ticketing::v1::*;
use tonic::{Request, Response};

use super::{Answer, answer, refuse, user};
use crate::commands::cancel_order::cancel_order;
use crate::commands::complete_order::complete_order;
use crate::commands::create_order::create_order;
use crate::{Ticketing, convert, queries};

#[tonic::async_trait]
impl OrderService for Ticketing {
    async fn create_order(&self, request: Request<CreateOrderRequest>) -> Answer<CreateOrderResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, new) = convert::create_order(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "CreateOrder", &request);
        answer(create_order(self, &context, new, key).await)
    }

    async fn complete_order(&self, request: Request<CompleteOrderRequest>) -> Answer<CompleteOrderResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, order, attendees) = convert::complete_order(&request).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "CompleteOrder", &request);
        answer(complete_order(self, &context, order, &attendees, &key).await)
    }

    async fn cancel_order(&self, request: Request<CancelOrderRequest>) -> Answer<CancelOrderResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let (request_id, order) = convert::order_mutation(&request.request_id, &request.order_id).map_err(refuse)?;
        let key = convert::key(request_id, user(&context)?, "CancelOrder", &request);
        answer(cancel_order(self, &context, order, &key).await)
    }

    async fn get_order(&self, request: Request<GetOrderRequest>) -> Answer<GetOrderResponse> {
        let id = convert::order_id(&request.get_ref().order_id).map_err(refuse)?;
        let order = queries::order(self, &request.context(), id).await.map_err(refuse)?;
        Ok(Response::new(GetOrderResponse { order: Some(order) }))
    }

    async fn list_my_orders(&self, request: Request<ListMyOrdersRequest>) -> Answer<ListMyOrdersResponse> {
        let (context, request) = (request.context(), request.into_inner());
        let read = convert::own_list(&request.event_id, request.page_size, &request.page_token);
        let (event, page) = read.map_err(refuse)?;
        let page = queries::my_orders(self, &context, event, &page).await.map_err(refuse)?;
        Ok(Response::new(ListMyOrdersResponse {
            orders: page.items,
            next_page_token: page.next_token,
        }))
    }
}
